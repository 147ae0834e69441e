//! Loads libunitvar by path, looks every function up and draws: `cargo run --example dlopen /usr/lib/libunitvar.so.0`.
//! Nothing of the library is linked into this program.
use std::ffi::{c_void, CStr, CString};
use std::os::raw::{c_char, c_int};
use std::{env, process, ptr};
use unitvar_sys::{Functions, FUNCTIONS, UNITVAR_PCG32};

extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlclose(library: *mut c_void) -> c_int;
    fn dlerror() -> *const c_char;
}
const RTLD_NOW: c_int = 2;

fn main() {
    let path = env::args().nth(1).unwrap_or_else(|| "libunitvar.so.0".into());
    let path = CString::new(path).expect("a path without NUL");
    let mut x = [0f32; 4];
    unsafe {
        let library = dlopen(path.as_ptr(), RTLD_NOW);
        if library.is_null() {
            eprintln!("{}", CStr::from_ptr(dlerror()).to_string_lossy());
            process::exit(1);
        }
        let unitvar = Functions::look_up(|name| dlsym(library, name.as_ptr())).unwrap_or_else(|name| {
            eprintln!("this library has no {name}");
            process::exit(1)
        });
        let mut g = ptr::null_mut();
        let status = (unitvar.unitvar_generator_create)(UNITVAR_PCG32, 42, 0, &mut g);
        assert_eq!(status, 0);
        assert_eq!((unitvar.unitvar_normal_f32)(g, x.as_mut_ptr(), x.len(), 0.0, 1.0), 0);
        (unitvar.unitvar_generator_destroy)(g);
        assert_eq!(dlclose(library), 0);
    }
    println!("{} functions; {} {} {} {}", FUNCTIONS.len(), x[0], x[1], x[2], x[3]);
}
