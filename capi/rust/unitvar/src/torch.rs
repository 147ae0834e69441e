//! PyTorch's draws beside initialisers, and the weights and biases that its layers construct, on a generator of
//! [`crate::Engine::TorchMt19937`]: weight first, then bias, which is `None` for `bias=False`.
use crate::error::{check, Result};
use crate::{Generator, TensorView, TensorViewMut};
use std::ptr;
use unitvar_sys as sys;

type Reset =
    unsafe extern "C" fn(*mut sys::unitvar_generator, *mut sys::unitvar_tensor, *mut sys::unitvar_tensor) -> i32;

fn reset(
    f: Reset,
    g: &mut Generator,
    weight: &mut TensorViewMut<'_>,
    bias: Option<&mut TensorViewMut<'_>>,
) -> Result<()> {
    let mut bias = bias.map(TensorViewMut::raw);
    let bias = bias.as_mut().map_or(ptr::null_mut(), |bias| bias as *mut _);
    // Safety: all of it outlives the call and is borrowed alone.
    check(unsafe { f(g.as_raw(), &mut weight.raw(), bias) })
}

/// `nn.Linear`: weight `[out, in]`, bias `[out]`.
pub fn linear_reset(
    g: &mut Generator,
    weight: &mut TensorViewMut<'_>,
    bias: Option<&mut TensorViewMut<'_>>,
) -> Result<()> {
    reset(sys::unitvar_torch_linear_reset, g, weight, bias)
}

/// `nn.Conv1d` to `nn.Conv3d`, and their transposed kinds.
pub fn conv_reset(
    g: &mut Generator,
    weight: &mut TensorViewMut<'_>,
    bias: Option<&mut TensorViewMut<'_>>,
) -> Result<()> {
    reset(sys::unitvar_torch_conv_reset, g, weight, bias)
}

/// `nn.Embedding`: weight `[count, dim]`.
pub fn embedding_reset(g: &mut Generator, weight: &mut TensorViewMut<'_>) -> Result<()> {
    // Safety: as above.
    check(unsafe { sys::unitvar_torch_embedding_reset(g.as_raw(), &mut weight.raw()) })
}

macro_rules! draws {
    ($($(#[$doc:meta])* $name:ident, $function:ident, ($($parameter:ident: $type:ty),*);)*) => {$(
        $(#[$doc])*
        pub fn $name(g: &mut Generator, t: &mut TensorViewMut<'_>, $($parameter: $type),*) -> Result<()> {
            // Safety: as above.
            check(unsafe { sys::$function(g.as_raw(), &mut t.raw(), $($parameter),*) })
        }
    )*};
}

draws! {
    /// `t.random_()`: integers from 0 on, as far as the element type counts.
    random, unitvar_torch_random, ();
    /// `t.random_(low, high)`, `torch.randint`: integers of [low, high).
    randint, unitvar_torch_randint, (low: i64, high: i64);
    /// `t.bernoulli_(p)`: 1 with the probability p, else 0. Dropout of q has the mask of p = 1 - q.
    bernoulli, unitvar_torch_bernoulli, (p: f64);
    /// `t.geometric_(p)`: how many trials of probability p the first success takes.
    geometric, unitvar_torch_geometric, (p: f64);
    /// `t.exponential_(lambda)`.
    exponential, unitvar_torch_exponential, (lambda: f64);
    /// `t.log_normal_(mean, std)`.
    log_normal, unitvar_torch_log_normal, (mean: f64, std: f64);
    /// `t.cauchy_(median, sigma)`.
    cauchy, unitvar_torch_cauchy, (median: f64, sigma: f64);
}

/// `torch.multinomial`: categories drawn by weights `[n]` or `[rows, n]` into samples of i64, `[k]` or `[rows, k]`.
pub fn multinomial(
    g: &mut Generator,
    weights: &TensorView<'_>,
    replacement: bool,
    samples: &mut TensorViewMut<'_>,
) -> Result<()> {
    // Safety: as above.
    check(unsafe {
        sys::unitvar_torch_multinomial(g.as_raw(), &weights.raw(), i32::from(replacement), &mut samples.raw())
    })
}
