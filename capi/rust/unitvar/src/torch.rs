//! The weights and biases that PyTorch's layers construct, on a generator of [`crate::Engine::TorchMt19937`]: weight
//! first, then bias, which is `None` for `bias=False`.
use crate::error::{check, Result};
use crate::{Generator, TensorViewMut};
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

/// `nn.Linear`: weight [out, in], bias [out].
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

/// `nn.Embedding`: weight [count, dim].
pub fn embedding_reset(g: &mut Generator, weight: &mut TensorViewMut<'_>) -> Result<()> {
    // Safety: as above.
    check(unsafe { sys::unitvar_torch_embedding_reset(g.as_raw(), &mut weight.raw()) })
}
