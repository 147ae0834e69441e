//! Sobol's quasi-random points, one after the other in a slice.
use crate::error::{check, Error, Result};
use crate::generator::{Float, Generator};
use std::ptr;
use unitvar_sys as sys;

fn points<T>(dst: &[T], dimensions: usize) -> Result<usize> {
    // No dimensions are for the library to refuse.
    if dimensions != 0 && dst.len() % dimensions != 0 {
        let message = format!("dst has {} elements, expected whole points of {dimensions} each", dst.len());
        return Err(Error::invalid(message));
    }
    Ok(dst.len().checked_div(dimensions).unwrap_or(0))
}

fn raw(scramble: Option<&Generator>) -> *const sys::unitvar_generator {
    scramble.map_or(ptr::null(), Generator::as_shared)
}

/// Points `first` and on of `dimensions` coordinates each, uniform on [0, 1), scrambled where a generator is given, which
/// stays where it is.
pub fn uniform<T: Float>(scramble: Option<&Generator>, dst: &mut [T], dimensions: usize, first: u64) -> Result<()> {
    let points = points(dst, dimensions)?;
    check(unsafe { T::SOBOL(raw(scramble), dst.as_mut_ptr(), points, dimensions, first) })
}

/// The same, normal by the inverse of the distribution function.
pub fn normal<T: Float>(
    scramble: Option<&Generator>,
    dst: &mut [T],
    dimensions: usize,
    first: u64,
    mean: f64,
    std: f64,
) -> Result<()> {
    let points = points(dst, dimensions)?;
    check(unsafe { T::SOBOL_NORMAL(raw(scramble), dst.as_mut_ptr(), points, dimensions, first, mean, std) })
}
