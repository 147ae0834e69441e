//! Finds libunitvar: in UNITVAR_LIB_DIR, else by pkg-config. UNITVAR_STATIC=1 links the archive into the program.
use std::env;
use std::process::Command;

fn pkg_config(arguments: &[&str]) -> String {
    let program = env::var("PKG_CONFIG").unwrap_or_else(|_| "pkg-config".into());
    let output = Command::new(&program).args(arguments).arg("unitvar").output().unwrap_or_else(|error| {
        panic!("{program} does not run ({error}); UNITVAR_LIB_DIR may name libunitvar's directory")
    });
    assert!(
        output.status.success(),
        "{program} does not know unitvar; set PKG_CONFIG_PATH, or UNITVAR_LIB_DIR to libunitvar's directory\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn main() {
    // Where documentation is made there is no library, and nothing is linked.
    if env::var_os("DOCS_RS").is_some() {
        return;
    }
    for name in ["UNITVAR_LIB_DIR", "UNITVAR_STATIC", "PKG_CONFIG", "PKG_CONFIG_PATH"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    let statically = env::var("UNITVAR_STATIC").map_or(false, |value| !value.is_empty() && value != "0");
    let directory = env::var("UNITVAR_LIB_DIR").unwrap_or_else(|_| pkg_config(&["--variable=libdir"]));
    println!("cargo:rustc-link-search=native={directory}");
    println!("cargo:rerun-if-changed={directory}");
    if statically {
        println!("cargo:rustc-link-lib=static=unitvar");
        println!("cargo:rustc-link-lib=dylib=stdc++");
        println!("cargo:rustc-link-lib=dylib=m");
    } else {
        println!("cargo:rustc-link-lib=dylib=unitvar");
    }
}
