//! Generators and the samplers that fill slices.
use crate::error::{c_name, check, Result};
use crate::Engine;
use std::ffi::c_void;
use std::{fmt, ptr};
use unitvar_sys as sys;

/// (engine, seed, stream) and a position in blocks of 64 words of 32 bits. Every call starts at a block boundary.
///
/// It may move to another thread, but two threads cannot have it at once:
///
/// ```compile_fail,E0277
/// let g = unitvar::Generator::new(unitvar::Engine::Pcg32, 42).unwrap();
/// std::thread::scope(|scope| {
///     scope.spawn(|| g.tell());
/// });
/// ```
///
/// Nor is it there after it was dropped, and a sampler takes only what it can fill:
///
/// ```compile_fail,E0382
/// let mut g = unitvar::Generator::new(unitvar::Engine::Pcg32, 42).unwrap();
/// drop(g);
/// g.bits_u32(&mut [0; 16]).unwrap();
/// ```
///
/// ```compile_fail,E0277
/// let mut g = unitvar::Generator::new(unitvar::Engine::Pcg32, 42).unwrap();
/// g.normal(&mut [0i32; 16], 0.0, 1.0).unwrap();
/// ```
pub struct Generator {
    raw: ptr::NonNull<sys::unitvar_generator>,
}

// Safety: a generator has no tie to a thread; one thread at a time is what ownership gives. Not Sync.
unsafe impl Send for Generator {}

/// Writes `$call(&mut out)`'s new generator into a `Generator`.
fn take(call: impl FnOnce(*mut *mut sys::unitvar_generator) -> i32) -> Result<Generator> {
    let mut raw = ptr::null_mut();
    check(call(&mut raw))?;
    Ok(Generator { raw: ptr::NonNull::new(raw).expect("a call that succeeds gives a generator") })
}

impl Generator {
    /// At block 0 of stream 0. Any seed is valid; a negative one of `torch.manual_seed` is taken modulo 2^64, as the
    /// conversion `seed as u64` of an `i64` does.
    pub fn new(engine: Engine, seed: u64) -> Result<Self> {
        Self::with_stream(engine, seed, 0)
    }

    /// At block 0 of a stream; streams of one seed are unrelated.
    pub fn with_stream(engine: Engine, seed: u64, stream: u64) -> Result<Self> {
        // Safety: `out` is valid for the call; so below.
        take(|out| unsafe { sys::unitvar_generator_create(engine.raw(), seed, stream, out) })
    }

    /// Of TorchMt19937, following a release of PyTorch, major * 100 + minor, that ran on a glibc, 228 for 2.28 to 2.40
    /// or 241 for 2.41 and later; 0 is the newest known of either.
    pub fn torch(seed: u64, release: i32, libm: i32) -> Result<Self> {
        take(|out| unsafe { sys::unitvar_generator_create_torch(seed, release, libm, out) })
    }

    /// A generator in the same state. `clone` does the same, and panics where memory is short.
    pub fn try_clone(&self) -> Result<Self> {
        take(|out| unsafe { sys::unitvar_generator_clone(self.raw.as_ptr(), out) })
    }

    /// A generator of its own for a name, whatever the position of this one.
    pub fn fork(&self, name: &str) -> Result<Self> {
        let name = c_name(name)?;
        take(|out| unsafe { sys::unitvar_generator_fork(self.raw.as_ptr(), name.as_ptr(), out) })
    }

    /// Goes to a block.
    pub fn seek(&mut self, block: u64) -> Result<()> {
        check(unsafe { sys::unitvar_generator_seek(self.raw.as_ptr(), block) })
    }

    /// The position in blocks.
    pub fn tell(&self) -> Result<u64> {
        let mut block = 0;
        check(unsafe { sys::unitvar_generator_tell(self.raw.as_ptr(), &mut block) })?;
        Ok(block)
    }

    /// The complete state, the same bytes on every machine.
    pub fn save(&self) -> Result<Vec<u8>> {
        self.saved(sys::unitvar_generator_save)
    }

    /// The state of a generator of TorchMt19937 as `torch.get_rng_state()` gives it.
    pub fn save_torch(&self) -> Result<Vec<u8>> {
        self.saved(sys::unitvar_generator_save_torch)
    }

    fn saved(
        &self,
        save: unsafe extern "C" fn(*const sys::unitvar_generator, *mut c_void, usize, *mut usize) -> i32,
    ) -> Result<Vec<u8>> {
        let mut size = 0;
        let raw = self.raw.as_ptr();
        check(unsafe { save(raw, ptr::null_mut(), 0, &mut size) })?;
        let mut bytes = vec![0; size];
        check(unsafe { save(raw, bytes.as_mut_ptr().cast(), bytes.len(), &mut size) })?;
        bytes.truncate(size);
        Ok(bytes)
    }

    /// A generator from bytes that [`Generator::save`] or [`Generator::save_torch`] wrote.
    pub fn load(bytes: &[u8]) -> Result<Self> {
        take(|out| unsafe { sys::unitvar_generator_load(bytes.as_ptr().cast::<c_void>(), bytes.len(), out) })
    }

    /// A generator from the bytes of `torch.get_rng_state()` that goes on as [`Generator::torch`]'s.
    pub fn load_torch(bytes: &[u8], release: i32, libm: i32) -> Result<Self> {
        let start = bytes.as_ptr().cast::<c_void>();
        take(|out| unsafe { sys::unitvar_generator_load_torch(start, bytes.len(), release, libm, out) })
    }

    /// The words themselves.
    pub fn bits_u32(&mut self, dst: &mut [u32]) -> Result<()> {
        check(unsafe { sys::unitvar_bits_u32(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len()) })
    }

    /// Pairs of words, the low one first.
    pub fn bits_u64(&mut self, dst: &mut [u64]) -> Result<()> {
        check(unsafe { sys::unitvar_bits_u64(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len()) })
    }

    /// A permutation of 0 to `dst.len() - 1`.
    pub fn permutation(&mut self, dst: &mut [i64]) -> Result<()> {
        check(unsafe { sys::unitvar_permutation_i64(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len()) })
    }

    /// `dst.len()` different numbers of 0 to `population - 1` in a random order: sampling without replacement.
    pub fn choice(&mut self, dst: &mut [i64], population: u64) -> Result<()> {
        check(unsafe { sys::unitvar_choice_i64(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len(), population) })
    }

    /// Uniform on [low, high).
    #[inline]
    pub fn uniform<T: Float>(&mut self, dst: &mut [T], low: f64, high: f64) -> Result<()> {
        check(unsafe { T::UNIFORM(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len(), low, high) })
    }

    /// Normal, by Box and Muller.
    #[inline]
    pub fn normal<T: Float>(&mut self, dst: &mut [T], mean: f64, std: f64) -> Result<()> {
        check(unsafe { T::NORMAL(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len(), mean, std) })
    }

    /// Normal, by the inverse of the distribution function: monotone in the words.
    #[inline]
    pub fn normal_icdf<T: Float>(&mut self, dst: &mut [T], mean: f64, std: f64) -> Result<()> {
        check(unsafe { T::NORMAL_ICDF(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len(), mean, std) })
    }

    /// Normal between the bounds a and b.
    #[inline]
    pub fn trunc_normal<T: Float>(&mut self, dst: &mut [T], mean: f64, std: f64, a: f64, b: f64) -> Result<()> {
        check(unsafe { T::TRUNC_NORMAL(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len(), mean, std, a, b) })
    }

    pub(crate) fn as_shared(&self) -> *const sys::unitvar_generator {
        self.raw.as_ptr()
    }

    pub(crate) fn as_raw(&mut self) -> *mut sys::unitvar_generator {
        self.raw.as_ptr()
    }
}

impl Clone for Generator {
    fn clone(&self) -> Self {
        self.try_clone().expect("memory for a generator")
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        // Safety: created once, destroyed once.
        unsafe { sys::unitvar_generator_destroy(self.raw.as_ptr()) }
    }
}

impl fmt::Debug for Generator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generator").field("block", &self.tell().ok()).finish_non_exhaustive()
    }
}

type Fill<T> = unsafe extern "C" fn(*mut sys::unitvar_generator, *mut T, usize, f64, f64) -> i32;
type FillBetween<T> = unsafe extern "C" fn(*mut sys::unitvar_generator, *mut T, usize, f64, f64, f64, f64) -> i32;
type Points<T> = unsafe extern "C" fn(*const sys::unitvar_generator, *mut T, usize, usize, u64) -> i32;
type NormalPoints<T> = unsafe extern "C" fn(*const sys::unitvar_generator, *mut T, usize, usize, u64, f64, f64) -> i32;
type Update<T> = unsafe extern "C" fn(*mut sys::unitvar_wide_moments, *const T, usize) -> i32;

mod functions {
    use super::{Fill, FillBetween, NormalPoints, Points, Update};
    pub trait Functions: Copy {
        const UNIFORM: Fill<Self>;
        const NORMAL: Fill<Self>;
        const NORMAL_ICDF: Fill<Self>;
        const TRUNC_NORMAL: FillBetween<Self>;
        const SOBOL: Points<Self>;
        const SOBOL_NORMAL: NormalPoints<Self>;
        const UPDATE: Update<Self>;
    }
}

/// f32 or f64.
pub trait Float: functions::Functions {}
impl Float for f32 {}
impl Float for f64 {}

impl functions::Functions for f32 {
    const UNIFORM: Fill<f32> = sys::unitvar_uniform_f32;
    const NORMAL: Fill<f32> = sys::unitvar_normal_f32;
    const NORMAL_ICDF: Fill<f32> = sys::unitvar_normal_icdf_f32;
    const TRUNC_NORMAL: FillBetween<f32> = sys::unitvar_trunc_normal_f32;
    const SOBOL: Points<f32> = sys::unitvar_sobol_f32;
    const SOBOL_NORMAL: NormalPoints<f32> = sys::unitvar_sobol_normal_f32;
    const UPDATE: Update<f32> = sys::unitvar_wide_moments_update_f32;
}

impl functions::Functions for f64 {
    const UNIFORM: Fill<f64> = sys::unitvar_uniform_f64;
    const NORMAL: Fill<f64> = sys::unitvar_normal_f64;
    const NORMAL_ICDF: Fill<f64> = sys::unitvar_normal_icdf_f64;
    const TRUNC_NORMAL: FillBetween<f64> = sys::unitvar_trunc_normal_f64;
    const SOBOL: Points<f64> = sys::unitvar_sobol_f64;
    const SOBOL_NORMAL: NormalPoints<f64> = sys::unitvar_sobol_normal_f64;
    const UPDATE: Update<f64> = sys::unitvar_wide_moments_update_f64;
}
