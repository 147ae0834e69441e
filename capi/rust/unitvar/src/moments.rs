//! Count, mean and variance of a sequence, without cancellation, however many parts it comes in.
use crate::error::{check, Result};
use crate::{Float, TensorView};
use unitvar_sys as sys;

/// The moments of what was seen; the default is the empty sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(transparent)]
pub struct Moments {
    raw: sys::unitvar_wide_moments,
}

impl Moments {
    /// Of the empty sequence.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends elements.
    pub fn update<T: Float>(&mut self, x: &[T]) -> Result<()> {
        // Safety: both pointers are valid for the call; so below.
        check(unsafe { T::UPDATE(&mut self.raw, x.as_ptr(), x.len()) })
    }

    /// Appends the elements of a tensor of floats, of any strides, in the order of their indices.
    pub fn update_tensor(&mut self, x: &TensorView<'_>) -> Result<()> {
        check(unsafe { sys::unitvar_wide_moments_update(&mut self.raw, &x.raw()) })
    }

    /// Appends another sequence.
    pub fn merge(&mut self, other: &Moments) -> Result<()> {
        check(unsafe { sys::unitvar_wide_moments_merge(&mut self.raw, &other.raw) })
    }

    /// The sum of squared deviations divided by count - correction: 0 for the biased, 1 for the unbiased variance.
    pub fn variance(&self, correction: f64) -> Result<f64> {
        let mut variance = 0.0;
        check(unsafe { sys::unitvar_wide_moments_variance(&self.raw, correction, &mut variance) })?;
        Ok(variance)
    }

    /// How many elements.
    pub fn count(&self) -> f64 {
        self.raw.count
    }

    /// Their mean; 0 of none.
    pub fn mean(&self) -> f64 {
        match self.raw.prescale {
            0.0 => 0.0,
            prescale => (self.raw.mean + self.raw.mean_low) / prescale,
        }
    }

    /// The sum of squared deviations from the mean; infinite where that is no number.
    pub fn m2(&self) -> f64 {
        match self.raw.prescale {
            0.0 => 0.0,
            prescale => self.raw.m2 / prescale / prescale,
        }
    }

    /// What C has of them.
    pub fn as_raw(&self) -> &sys::unitvar_wide_moments {
        &self.raw
    }
}
