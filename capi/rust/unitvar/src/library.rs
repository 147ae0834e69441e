//! Versions, instruction set and threads, for the whole process.
use crate::error::{c_name, check, static_text, Result};
use std::ptr;
use unitvar_sys as sys;

/// major * 10000 + minor * 100 + patch of the library that is loaded.
pub fn version() -> u32 {
    // Safety: takes nothing; so below.
    unsafe { sys::unitvar_version() }
}

/// "major.minor.patch" of the library that is loaded.
pub fn version_string() -> &'static str {
    unsafe { static_text(sys::unitvar_version_string()) }
}

/// It rises when any bit of a sampler or an initialiser changes for the same arguments.
pub fn stream_version() -> u32 {
    unsafe { sys::unitvar_stream_version() }
}

/// The instruction set in use, or "none" where UNITVAR_ISA cannot be used here.
pub fn isa() -> &'static str {
    unsafe { static_text(sys::unitvar_isa()) }
}

/// Forces an instruction set, `None` for the best. It changes speed, never results.
pub fn set_isa(name: Option<&str>) -> Result<()> {
    let name = name.map(c_name).transpose()?;
    // Safety: NULL, or a string that outlives the call.
    check(unsafe { sys::unitvar_set_isa(name.as_ref().map_or(ptr::null(), |name| name.as_ptr())) })
}

/// The most threads that a call may use; 0 for every processor of the process.
pub fn set_num_threads(n: i32) -> Result<()> {
    check(unsafe { sys::unitvar_set_num_threads(n) })
}

/// The number of threads in force.
pub fn num_threads() -> i32 {
    unsafe { sys::unitvar_num_threads() }
}
