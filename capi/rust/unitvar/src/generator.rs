//! Generators and the samplers that fill slices.
use crate::error::{c_name, check, Result};
use crate::{Bf16, DrawKind, Element, Engine, F16};
use std::ffi::c_void;
use std::{fmt, mem, ptr};
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

    // from unitvar.h by cmake/bindings.py: samplers
    /// Exponential with mean scale.
    #[inline]
    pub fn exponential<T: Float>(&mut self, dst: &mut [T], scale: f64) -> Result<()> {
        check(unsafe { T::EXPONENTIAL(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len(), scale) })
    }

    /// Laplace.
    #[inline]
    pub fn laplace<T: Float>(&mut self, dst: &mut [T], location: f64, scale: f64) -> Result<()> {
        check(unsafe { T::LAPLACE(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len(), location, scale) })
    }

    /// Logistic.
    #[inline]
    pub fn logistic<T: Float>(&mut self, dst: &mut [T], location: f64, scale: f64) -> Result<()> {
        check(unsafe { T::LOGISTIC(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len(), location, scale) })
    }

    /// Gumbel, the greatest of many.
    #[inline]
    pub fn gumbel<T: Float>(&mut self, dst: &mut [T], location: f64, scale: f64) -> Result<()> {
        check(unsafe { T::GUMBEL(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len(), location, scale) })
    }

    /// Cauchy.
    #[inline]
    pub fn cauchy<T: Float>(&mut self, dst: &mut [T], location: f64, scale: f64) -> Result<()> {
        check(unsafe { T::CAUCHY(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len(), location, scale) })
    }

    /// Weibull.
    #[inline]
    pub fn weibull<T: Float>(&mut self, dst: &mut [T], shape: f64, scale: f64) -> Result<()> {
        check(unsafe { T::WEIBULL(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len(), shape, scale) })
    }

    /// Rayleigh, the length of two normals of deviation scale.
    #[inline]
    pub fn rayleigh<T: Float>(&mut self, dst: &mut [T], scale: f64) -> Result<()> {
        check(unsafe { T::RAYLEIGH(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len(), scale) })
    }

    /// Log-normal.
    #[inline]
    pub fn log_normal<T: Float>(&mut self, dst: &mut [T], mean: f64, std: f64) -> Result<()> {
        check(unsafe { T::LOG_NORMAL(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len(), mean, std) })
    }

    /// Integers of [low, high).
    #[inline]
    pub fn integers_i32(&mut self, dst: &mut [i32], low: i64, high: i64) -> Result<()> {
        check(unsafe { sys::unitvar_integers_i32(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len(), low, high) })
    }

    /// Integers of [low, high).
    #[inline]
    pub fn integers_i64(&mut self, dst: &mut [i64], low: i64, high: i64) -> Result<()> {
        check(unsafe { sys::unitvar_integers_i64(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len(), low, high) })
    }

    /// Bernoulli draws as bytes.
    #[inline]
    pub fn bernoulli_u8(&mut self, dst: &mut [u8], p: f64) -> Result<()> {
        check(unsafe { sys::unitvar_bernoulli_u8(self.raw.as_ptr(), dst.as_mut_ptr(), dst.len(), p) })
    }

    /// Uniform, normal and truncated normal numbers of 16 bits, as bits.
    #[inline]
    pub fn uniform_bf16(&mut self, dst: &mut [Bf16], low: f64, high: f64) -> Result<()> {
        check(unsafe { sys::unitvar_uniform_bf16(self.raw.as_ptr(), dst.as_mut_ptr().cast(), dst.len(), low, high) })
    }

    /// Uniform, normal and truncated normal numbers of 16 bits, as bits.
    #[inline]
    pub fn uniform_f16(&mut self, dst: &mut [F16], low: f64, high: f64) -> Result<()> {
        check(unsafe { sys::unitvar_uniform_f16(self.raw.as_ptr(), dst.as_mut_ptr().cast(), dst.len(), low, high) })
    }

    /// Uniform, normal and truncated normal numbers of 16 bits, as bits.
    #[inline]
    pub fn normal_bf16(&mut self, dst: &mut [Bf16], mean: f64, std: f64) -> Result<()> {
        check(unsafe { sys::unitvar_normal_bf16(self.raw.as_ptr(), dst.as_mut_ptr().cast(), dst.len(), mean, std) })
    }

    /// Uniform, normal and truncated normal numbers of 16 bits, as bits.
    #[inline]
    pub fn normal_f16(&mut self, dst: &mut [F16], mean: f64, std: f64) -> Result<()> {
        check(unsafe { sys::unitvar_normal_f16(self.raw.as_ptr(), dst.as_mut_ptr().cast(), dst.len(), mean, std) })
    }

    /// Uniform, normal and truncated normal numbers of 16 bits, as bits.
    #[inline]
    pub fn trunc_normal_bf16(&mut self, dst: &mut [Bf16], mean: f64, std: f64, a: f64, b: f64) -> Result<()> {
        check(unsafe {
            sys::unitvar_trunc_normal_bf16(self.raw.as_ptr(), dst.as_mut_ptr().cast(), dst.len(), mean, std, a, b)
        })
    }

    /// Uniform, normal and truncated normal numbers of 16 bits, as bits.
    #[inline]
    pub fn trunc_normal_f16(&mut self, dst: &mut [F16], mean: f64, std: f64, a: f64, b: f64) -> Result<()> {
        check(unsafe {
            sys::unitvar_trunc_normal_f16(self.raw.as_ptr(), dst.as_mut_ptr().cast(), dst.len(), mean, std, a, b)
        })
    }

    // end

    /// `n` Bernoulli draws as bits, the first the least of the first byte; those behind the last are 0.
    pub fn bernoulli_bits(&mut self, dst: &mut [u8], n: usize, p: f64) -> Result<()> {
        if dst.len() < n / 8 + usize::from(n % 8 != 0) {
            return Err(crate::Error::invalid(format!("dst has {} bytes, too few for {n} bits", dst.len())));
        }
        check(unsafe { sys::unitvar_bernoulli_bits(self.raw.as_ptr(), dst.as_mut_ptr(), n, p) })
    }

    /// The sampler that a draw describes.
    #[inline]
    pub fn sample<T: Element>(&mut self, draw: &Draw, dst: &mut [T]) -> Result<()> {
        let raw = draw.raw::<T>();
        check(unsafe { sys::unitvar_sample(self.raw.as_ptr(), &raw, dst.as_mut_ptr().cast(), dst.len()) })
    }

    /// Elements `first` and on of what [`Generator::sample`] would write; the generator stays where it is. So a stream
    /// goes on element by element: the caller counts them.
    #[inline]
    pub fn sample_at<T: Element>(&self, draw: &Draw, first: u64, dst: &mut [T]) -> Result<()> {
        let raw = draw.raw::<T>();
        check(unsafe { sys::unitvar_sample_at(self.raw.as_ptr(), &raw, first, dst.as_mut_ptr().cast(), dst.len()) })
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

/// A sampler of [`Generator`] as a value. A kind looks only at what its function takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw {
    /// Which function.
    pub kind: DrawKind,
    /// The function's numbers, in its order.
    pub parameters: [f64; 4],
    /// Its whole numbers.
    pub integers: [i64; 2],
}

impl Draw {
    /// A kind with the standard parameters.
    pub fn new(kind: DrawKind) -> Result<Self> {
        let mut raw = Draw { kind, parameters: [0.0; 4], integers: [0; 2] }.raw::<f32>();
        // Safety: the struct is as long as it says.
        check(unsafe { sys::unitvar_draw_defaults(&mut raw, kind.raw()) })?;
        Ok(Draw { kind, parameters: raw.p, integers: raw.k })
    }

    /// The value as the C API takes it, for elements of a type.
    pub fn raw<T: Element>(&self) -> sys::unitvar_draw {
        sys::unitvar_draw {
            struct_size: mem::size_of::<sys::unitvar_draw>() as u32,
            kind: self.kind.raw(),
            dtype: T::DTYPE,
            reserved: 0,
            p: self.parameters,
            k: self.integers,
        }
    }
}

type FillByOne<T> = unsafe extern "C" fn(*mut sys::unitvar_generator, *mut T, usize, f64) -> i32;
type Fill<T> = unsafe extern "C" fn(*mut sys::unitvar_generator, *mut T, usize, f64, f64) -> i32;
type FillBetween<T> = unsafe extern "C" fn(*mut sys::unitvar_generator, *mut T, usize, f64, f64, f64, f64) -> i32;
type Points<T> = unsafe extern "C" fn(*const sys::unitvar_generator, *mut T, usize, usize, u64) -> i32;
type NormalPoints<T> = unsafe extern "C" fn(*const sys::unitvar_generator, *mut T, usize, usize, u64, f64, f64) -> i32;
type Update<T> = unsafe extern "C" fn(*mut sys::unitvar_wide_moments, *const T, usize) -> i32;

mod functions {
    use super::{Fill, FillBetween, FillByOne, NormalPoints, Points, Update};
    pub trait Functions: Copy {
        const UNIFORM: Fill<Self>;
        const NORMAL: Fill<Self>;
        const NORMAL_ICDF: Fill<Self>;
        const TRUNC_NORMAL: FillBetween<Self>;
        const SOBOL: Points<Self>;
        const SOBOL_NORMAL: NormalPoints<Self>;
        const UPDATE: Update<Self>;
        // from unitvar.h by cmake/bindings.py: sampler_types
        const EXPONENTIAL: FillByOne<Self>;
        const LAPLACE: Fill<Self>;
        const LOGISTIC: Fill<Self>;
        const GUMBEL: Fill<Self>;
        const CAUCHY: Fill<Self>;
        const WEIBULL: Fill<Self>;
        const RAYLEIGH: FillByOne<Self>;
        const LOG_NORMAL: Fill<Self>;
        // end
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
    // from unitvar.h by cmake/bindings.py: sampler_functions_f32
    const EXPONENTIAL: FillByOne<f32> = sys::unitvar_exponential_f32;
    const LAPLACE: Fill<f32> = sys::unitvar_laplace_f32;
    const LOGISTIC: Fill<f32> = sys::unitvar_logistic_f32;
    const GUMBEL: Fill<f32> = sys::unitvar_gumbel_f32;
    const CAUCHY: Fill<f32> = sys::unitvar_cauchy_f32;
    const WEIBULL: Fill<f32> = sys::unitvar_weibull_f32;
    const RAYLEIGH: FillByOne<f32> = sys::unitvar_rayleigh_f32;
    const LOG_NORMAL: Fill<f32> = sys::unitvar_log_normal_f32;
    // end
}

impl functions::Functions for f64 {
    const UNIFORM: Fill<f64> = sys::unitvar_uniform_f64;
    const NORMAL: Fill<f64> = sys::unitvar_normal_f64;
    const NORMAL_ICDF: Fill<f64> = sys::unitvar_normal_icdf_f64;
    const TRUNC_NORMAL: FillBetween<f64> = sys::unitvar_trunc_normal_f64;
    const SOBOL: Points<f64> = sys::unitvar_sobol_f64;
    const SOBOL_NORMAL: NormalPoints<f64> = sys::unitvar_sobol_normal_f64;
    const UPDATE: Update<f64> = sys::unitvar_wide_moments_update_f64;
    // from unitvar.h by cmake/bindings.py: sampler_functions_f64
    const EXPONENTIAL: FillByOne<f64> = sys::unitvar_exponential_f64;
    const LAPLACE: Fill<f64> = sys::unitvar_laplace_f64;
    const LOGISTIC: Fill<f64> = sys::unitvar_logistic_f64;
    const GUMBEL: Fill<f64> = sys::unitvar_gumbel_f64;
    const CAUCHY: Fill<f64> = sys::unitvar_cauchy_f64;
    const WEIBULL: Fill<f64> = sys::unitvar_weibull_f64;
    const RAYLEIGH: FillByOne<f64> = sys::unitvar_rayleigh_f64;
    const LOG_NORMAL: Fill<f64> = sys::unitvar_log_normal_f64;
    // end
}
