//! The C API of Unitvar as it is: types, constants and functions of `unitvar.h`, which documents them. The crate
//! `unitvar` is the safe one.
//!
//! `UNITVAR_LIB_DIR` names the directory of the library; without it `pkg-config` does. `UNITVAR_STATIC=1` links the
//! archive into the program. A program may also load the library itself: [`Functions::look_up`].
#![allow(non_camel_case_types)]

mod constants;
mod functions;

pub use constants::*;
pub use functions::*;

use std::ffi::c_void;

/// Opaque: a generator is only ever behind a pointer.
#[repr(C)]
pub struct unitvar_generator {
    _opaque: [u8; 0],
    _neither_send_nor_sync: std::marker::PhantomData<*mut u8>,
}

/// DLPack's DLDataType.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct unitvar_dtype {
    // from unitvar.h by cmake/bindings.py: dtype
    pub code: u8,
    pub bits: u8,
    pub lanes: u16,
    // end
}

/// DLPack's DLDevice.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct unitvar_device {
    // from unitvar.h by cmake/bindings.py: device
    pub device_type: i32,
    pub device_id: i32,
    // end
}

/// DLPack's DLTensor.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct unitvar_tensor {
    // from unitvar.h by cmake/bindings.py: tensor
    pub data: *mut c_void,
    pub device: unitvar_device,
    pub ndim: i32,
    pub dtype: unitvar_dtype,
    pub shape: *mut i64,
    pub strides: *mut i64,
    pub byte_offset: u64,
    // end
}

/// A draw as a value; `struct_size` comes first.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct unitvar_draw {
    // from unitvar.h by cmake/bindings.py: draw
    pub struct_size: u32,
    pub kind: i32,
    pub dtype: unitvar_dtype,
    pub reserved: i32,
    pub p: [f64; 4],
    pub k: [i64; 2],
    // end
}

/// An initialiser as a value; `struct_size` comes first.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct unitvar_initializer {
    // from unitvar.h by cmake/bindings.py: initializer
    pub struct_size: u32,
    pub kind: i32,
    pub fan_mode: i32,
    pub nonlinearity: i32,
    pub distribution: i32,
    pub reserved: i32,
    pub groups: i64,
    pub p: [f64; 4],
    // end
}

/// Count, mean and sum of squared deviations; all zero is the empty sequence.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct unitvar_moments {
    // from unitvar.h by cmake/bindings.py: moments
    pub count: f64,
    pub mean: f64,
    pub m2: f64,
    // end
}

/// Of a channel over a part of a batch: what the gradients of batch normalisation need.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct unitvar_batch_gradient_sums {
    // from unitvar.h by cmake/bindings.py: batch_gradient_sums
    pub count: f64,
    pub gradient: f64,
    pub product: f64,
    // end
}

/// The same with the mean in two parts and a power of two that the data are multiplied with; all zero is the empty
/// sequence.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct unitvar_wide_moments {
    // from unitvar.h by cmake/bindings.py: wide_moments
    pub count: f64,
    pub mean: f64,
    pub mean_low: f64,
    pub m2: f64,
    pub prescale: f64,
    // end
}
