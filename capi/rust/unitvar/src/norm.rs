//! Moments along axes, normalisation layers, activations, the linear layer and their gradients, as PyTorch has them.
//! Statistics, weights and running statistics that are not wanted or not there are `None`.
use crate::error::{check, Result};
use crate::{Generator, Moments, Nonlinearity, TensorView, TensorViewMut};
use std::ptr;
use unitvar_sys as sys;

/// What a layer reads.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A tensor of its own.
    Of(&'a TensorView<'a>),
    /// What is in `y`, which then gets the result.
    InPlace,
}

impl<'a> From<&'a TensorView<'a>> for Input<'a> {
    fn from(view: &'a TensorView<'a>) -> Self {
        Input::Of(view)
    }
}

/// An argument: what it is during the call, and how C takes it.
trait Argument {
    type Held;
    type Passed;
    fn hold(self) -> Self::Held;
    fn pass(held: &mut Self::Held) -> Self::Passed;
}

macro_rules! arguments {
    ($($type:ty: $held:ty => $passed:ty, |$value:pat_param| $hold:expr, |$kept:pat_param| $pass:expr;)*) => {
        $(impl Argument for $type {
            type Held = $held;
            type Passed = $passed;
            fn hold(self) -> $held {
                let $value = self;
                $hold
            }
            fn pass(held: &mut $held) -> $passed {
                let $kept = held;
                $pass
            }
        })*
    };
}

arguments! {
    f64: f64 => f64, |x| x, |x| *x;
    i32: i32 => i32, |x| x, |x| *x;
    i64: i64 => i64, |x| x, |x| *x;
    *const i32: *const i32 => *const i32, |x| x, |x| *x;
    bool: i32 => i32, |x| i32::from(x), |x| *x;
    Nonlinearity: i32 => i32, |x| x.raw(), |x| *x;
    [f64; 3]: [f64; 3] => *const f64, |x| x, |x| x.as_ptr();
    usize: usize => usize, |x| x, |x| *x;
    *const Moments: *const Moments => *const sys::unitvar_wide_moments, |x| x, |x| x.cast();
    *const BatchGradientSums: *const BatchGradientSums => *const sys::unitvar_batch_gradient_sums, |x| x, |x| *x;
    Option<&mut [f64; 3]>: *mut f64 => *mut f64, |x| x.map_or(ptr::null_mut(), |x| x.as_mut_ptr()), |x| *x;
    Option<&mut i64>: *mut i64 => *mut i64, |x| x.map_or(ptr::null_mut(), |x| x as *mut i64), |x| *x;
    &TensorView<'_>: sys::unitvar_tensor => *const sys::unitvar_tensor, |t| t.raw(), |t| t;
    &mut TensorViewMut<'_>: sys::unitvar_tensor => *mut sys::unitvar_tensor, |t| t.raw(), |t| t;
    Option<&TensorView<'_>>: Option<sys::unitvar_tensor> => *const sys::unitvar_tensor,
        |t| t.map(TensorView::raw), |t| t.as_ref().map_or(ptr::null(), |t| t);
    Option<&mut TensorViewMut<'_>>: Option<sys::unitvar_tensor> => *mut sys::unitvar_tensor,
        |t| t.map(TensorViewMut::raw), |t| t.as_mut().map_or(ptr::null_mut(), |t| t);
}

macro_rules! functions {
    ($($(#[$documentation:meta])* $name:ident = $function:ident($($argument:ident: $type:ty),* $(,)?);)*) => {
        $($(#[$documentation])*
        #[allow(clippy::too_many_arguments)]
        pub fn $name($($argument: $type),*) -> Result<()> {
            $(let mut $argument = Argument::hold($argument);)*
            // Safety: all of it outlives the call; what is written is borrowed alone.
            check(unsafe { sys::$function($(<$type as Argument>::pass(&mut $argument)),*) })
        })*
    };
}

macro_rules! layers {
    ($($(#[$documentation:meta])* $name:ident = $function:ident($($argument:ident: $type:ty),* $(,)?), to $y:ident;)*) => {
        $($(#[$documentation])*
        #[allow(clippy::too_many_arguments)]
        pub fn $name<'x>(x: impl Into<Input<'x>>, $($argument: $type),*) -> Result<()> {
            $(let mut $argument = Argument::hold($argument);)*
            let x = match x.into() {
                Input::Of(view) => view.raw(),
                Input::InPlace => $y,
            };
            // Safety: as above; x is y itself or is not borrowed to be written.
            check(unsafe { sys::$function(&x, $(<$type as Argument>::pass(&mut $argument)),*) })
        })*
    };
}

/// A list of axes as C takes it. One of more than 2^31 is longer than any tensor has dimensions: the library refuses it.
fn counted(axes: Option<&[i32]>) -> (*const i32, i32) {
    let count = axes.map_or(0, |axes| i32::try_from(axes.len()).unwrap_or(i32::MAX));
    (axes.map_or(ptr::null(), <[i32]>::as_ptr), count)
}

/// Mean and variance of x along axes, `None` for all of them; negative ones count from the last dimension. An empty list
/// is none of them.
pub fn mean_var(
    x: &TensorView<'_>,
    axes: Option<&[i32]>,
    correction: f64,
    mean: Option<&mut TensorViewMut<'_>>,
    var: Option<&mut TensorViewMut<'_>>,
) -> Result<()> {
    let (mut mean, mut var) = (Argument::hold(mean), Argument::hold(var));
    let (list, count) = counted(axes);
    let mean = <Option<&mut TensorViewMut<'_>> as Argument>::pass(&mut mean);
    let var = <Option<&mut TensorViewMut<'_>> as Argument>::pass(&mut var);
    // Safety: all of it outlives the call; what is written is borrowed alone.
    check(unsafe { sys::unitvar_mean_var(&x.raw(), list, count, correction, mean, var) })
}

/// What the gradients of a channel of batch normalisation need of a part of the batch. Those of two parts are added
/// member by member.
pub use sys::unitvar_batch_gradient_sums as BatchGradientSums;

/// The moments of each channel of one part of a batch that lies in several places. [`batch_norm_given`] takes those of all
/// parts, one after the other.
pub fn batch_moments(x: &TensorView<'_>, moments: &mut [Moments]) -> Result<()> {
    // Safety: Moments are what C has of them; so below.
    check(unsafe { sys::unitvar_batch_moments(&x.raw(), moments.as_mut_ptr().cast(), moments.len()) })
}

/// [`batch_norm`] in training of one part of a batch, from the moments of all parts, which are merged in their order.
#[allow(clippy::too_many_arguments)]
pub fn batch_norm_given<'x>(
    x: impl Into<Input<'x>>,
    weight: Option<&TensorView<'_>>,
    bias: Option<&TensorView<'_>>,
    moments: &[Moments],
    running_mean: Option<&mut TensorViewMut<'_>>,
    running_var: Option<&mut TensorViewMut<'_>>,
    num_batches_tracked: Option<&mut i64>,
    momentum: f64,
    eps: f64,
    y: &mut TensorViewMut<'_>,
    save_mean: Option<&mut TensorViewMut<'_>>,
    save_rstd: Option<&mut TensorViewMut<'_>>,
) -> Result<()> {
    let (list, n) = (moments.as_ptr(), moments.len());
    batch_norm_given_of(
        x,
        weight,
        bias,
        list,
        n,
        running_mean,
        running_var,
        num_batches_tracked,
        momentum,
        eps,
        y,
        save_mean,
        save_rstd,
    )
}

/// [`batch_norm_given`] and an activation, as [`layer_norm_activation`].
#[allow(clippy::too_many_arguments)]
pub fn batch_norm_given_activation<'x>(
    x: impl Into<Input<'x>>,
    weight: Option<&TensorView<'_>>,
    bias: Option<&TensorView<'_>>,
    moments: &[Moments],
    running_mean: Option<&mut TensorViewMut<'_>>,
    running_var: Option<&mut TensorViewMut<'_>>,
    num_batches_tracked: Option<&mut i64>,
    momentum: f64,
    eps: f64,
    nonlinearity: Nonlinearity,
    negative_slope: f64,
    y: &mut TensorViewMut<'_>,
    save_mean: Option<&mut TensorViewMut<'_>>,
    save_rstd: Option<&mut TensorViewMut<'_>>,
) -> Result<()> {
    let (list, n) = (moments.as_ptr(), moments.len());
    batch_norm_given_activation_of(
        x,
        weight,
        bias,
        list,
        n,
        running_mean,
        running_var,
        num_batches_tracked,
        momentum,
        eps,
        nonlinearity,
        negative_slope,
        y,
        save_mean,
        save_rstd,
    )
}

/// The sums of each channel over one part of a batch, for [`batch_norm_backward_given`].
pub fn batch_norm_backward_sums(
    grad_y: &TensorView<'_>,
    x: &TensorView<'_>,
    mean: &TensorView<'_>,
    sums: &mut [BatchGradientSums],
) -> Result<()> {
    check(unsafe {
        sys::unitvar_batch_norm_backward_sums(&grad_y.raw(), &x.raw(), &mean.raw(), sums.as_mut_ptr(), sums.len())
    })
}

/// The gradients of [`batch_norm_given`] from the sums of all parts, one after the other, or from their total.
#[allow(clippy::too_many_arguments)]
pub fn batch_norm_backward_given(
    grad_y: &TensorView<'_>,
    x: &TensorView<'_>,
    mean: &TensorView<'_>,
    rstd: &TensorView<'_>,
    weight: Option<&TensorView<'_>>,
    sums: &[BatchGradientSums],
    grad_x: Option<&mut TensorViewMut<'_>>,
    grad_weight: Option<&mut TensorViewMut<'_>>,
    grad_bias: Option<&mut TensorViewMut<'_>>,
) -> Result<()> {
    let (list, n) = (sums.as_ptr(), sums.len());
    batch_norm_backward_given_of(grad_y, x, mean, rstd, weight, list, n, grad_x, grad_weight, grad_bias)
}

/// The gradients of [`layer_norm_axes`], from the statistics that it gave.
#[allow(clippy::too_many_arguments)]
pub fn layer_norm_axes_backward(
    grad_y: &TensorView<'_>,
    x: &TensorView<'_>,
    axes: Option<&[i32]>,
    mean: &TensorView<'_>,
    rstd: &TensorView<'_>,
    weight: Option<&TensorView<'_>>,
    grad_x: Option<&mut TensorViewMut<'_>>,
    grad_weight: Option<&mut TensorViewMut<'_>>,
    grad_bias: Option<&mut TensorViewMut<'_>>,
) -> Result<()> {
    let (list, count) = counted(axes);
    layer_norm_axes_backward_of(grad_y, x, list, count, mean, rstd, weight, grad_x, grad_weight, grad_bias)
}

/// The gradients of [`rms_norm_axes`], from the statistic that it gave.
#[allow(clippy::too_many_arguments)]
pub fn rms_norm_axes_backward(
    grad_y: &TensorView<'_>,
    x: &TensorView<'_>,
    axes: Option<&[i32]>,
    rstd: &TensorView<'_>,
    weight: Option<&TensorView<'_>>,
    grad_x: Option<&mut TensorViewMut<'_>>,
    grad_weight: Option<&mut TensorViewMut<'_>>,
) -> Result<()> {
    let (list, count) = counted(axes);
    rms_norm_axes_backward_of(grad_y, x, list, count, rstd, weight, grad_x, grad_weight)
}

/// [`layer_norm`] along axes, `None` for all of them; negative ones count from the last dimension. `weight` and `bias`
/// have the lengths of those dimensions in the order of x.
#[allow(clippy::too_many_arguments)]
pub fn layer_norm_axes<'x>(
    x: impl Into<Input<'x>>,
    axes: Option<&[i32]>,
    weight: Option<&TensorView<'_>>,
    bias: Option<&TensorView<'_>>,
    eps: f64,
    y: &mut TensorViewMut<'_>,
    mean: Option<&mut TensorViewMut<'_>>,
    rstd: Option<&mut TensorViewMut<'_>>,
) -> Result<()> {
    let (list, count) = counted(axes);
    layer_norm_axes_of(x, list, count, weight, bias, eps, y, mean, rstd)
}

/// [`rms_norm`] along axes, as [`layer_norm_axes`].
pub fn rms_norm_axes<'x>(
    x: impl Into<Input<'x>>,
    axes: Option<&[i32]>,
    weight: Option<&TensorView<'_>>,
    eps: f64,
    y: &mut TensorViewMut<'_>,
    rstd: Option<&mut TensorViewMut<'_>>,
) -> Result<()> {
    let (list, count) = counted(axes);
    rms_norm_axes_of(x, list, count, weight, eps, y, rstd)
}

mod along {
    use super::*;
    layers! {
        layer_norm_axes_of = unitvar_layer_norm_axes(
            axes: *const i32, naxes: i32, weight: Option<&TensorView<'_>>, bias: Option<&TensorView<'_>>, eps: f64,
            y: &mut TensorViewMut<'_>, mean: Option<&mut TensorViewMut<'_>>, rstd: Option<&mut TensorViewMut<'_>>),
            to y;
        rms_norm_axes_of = unitvar_rms_norm_axes(
            axes: *const i32, naxes: i32, weight: Option<&TensorView<'_>>, eps: f64, y: &mut TensorViewMut<'_>,
            rstd: Option<&mut TensorViewMut<'_>>), to y;
        batch_norm_given_of = unitvar_batch_norm_given(
            weight: Option<&TensorView<'_>>, bias: Option<&TensorView<'_>>, moments: *const Moments, n: usize,
            running_mean: Option<&mut TensorViewMut<'_>>, running_var: Option<&mut TensorViewMut<'_>>,
            num_batches_tracked: Option<&mut i64>, momentum: f64, eps: f64, y: &mut TensorViewMut<'_>,
            save_mean: Option<&mut TensorViewMut<'_>>, save_rstd: Option<&mut TensorViewMut<'_>>), to y;
        batch_norm_given_activation_of = unitvar_batch_norm_given_activation(
            weight: Option<&TensorView<'_>>, bias: Option<&TensorView<'_>>, moments: *const Moments, n: usize,
            running_mean: Option<&mut TensorViewMut<'_>>, running_var: Option<&mut TensorViewMut<'_>>,
            num_batches_tracked: Option<&mut i64>, momentum: f64, eps: f64, nonlinearity: Nonlinearity,
            negative_slope: f64, y: &mut TensorViewMut<'_>, save_mean: Option<&mut TensorViewMut<'_>>,
            save_rstd: Option<&mut TensorViewMut<'_>>), to y;
    }
    functions! {
        batch_norm_backward_given_of = unitvar_batch_norm_backward_given(
            grad_y: &TensorView<'_>, x: &TensorView<'_>, mean: &TensorView<'_>, rstd: &TensorView<'_>,
            weight: Option<&TensorView<'_>>, sums: *const BatchGradientSums, n: usize,
            grad_x: Option<&mut TensorViewMut<'_>>, grad_weight: Option<&mut TensorViewMut<'_>>,
            grad_bias: Option<&mut TensorViewMut<'_>>);
        layer_norm_axes_backward_of = unitvar_layer_norm_axes_backward(
            grad_y: &TensorView<'_>, x: &TensorView<'_>, axes: *const i32, naxes: i32, mean: &TensorView<'_>,
            rstd: &TensorView<'_>, weight: Option<&TensorView<'_>>, grad_x: Option<&mut TensorViewMut<'_>>,
            grad_weight: Option<&mut TensorViewMut<'_>>, grad_bias: Option<&mut TensorViewMut<'_>>);
        rms_norm_axes_backward_of = unitvar_rms_norm_axes_backward(
            grad_y: &TensorView<'_>, x: &TensorView<'_>, axes: *const i32, naxes: i32, rstd: &TensorView<'_>,
            weight: Option<&TensorView<'_>>, grad_x: Option<&mut TensorViewMut<'_>>,
            grad_weight: Option<&mut TensorViewMut<'_>>);
    }
}
use along::{
    batch_norm_backward_given_of, batch_norm_given_activation_of, batch_norm_given_of, layer_norm_axes_backward_of,
    layer_norm_axes_of, rms_norm_axes_backward_of, rms_norm_axes_of,
};

layers! {
    /// Over the last `normalized_ndim` dimensions.
    layer_norm = unitvar_layer_norm(
        normalized_ndim: i32, weight: Option<&TensorView<'_>>, bias: Option<&TensorView<'_>>, eps: f64,
        y: &mut TensorViewMut<'_>, mean: Option<&mut TensorViewMut<'_>>, rstd: Option<&mut TensorViewMut<'_>>), to y;
    /// By the root of the mean of squares of the last `normalized_ndim` dimensions.
    rms_norm = unitvar_rms_norm(
        normalized_ndim: i32, weight: Option<&TensorView<'_>>, eps: f64, y: &mut TensorViewMut<'_>,
        rstd: Option<&mut TensorViewMut<'_>>), to y;
    /// Over groups of channels of each image.
    group_norm = unitvar_group_norm(
        groups: i64, weight: Option<&TensorView<'_>>, bias: Option<&TensorView<'_>>, eps: f64,
        y: &mut TensorViewMut<'_>, mean: Option<&mut TensorViewMut<'_>>, rstd: Option<&mut TensorViewMut<'_>>), to y;
    /// Over a channel of all images. A momentum of NaN is the average of all batches.
    batch_norm = unitvar_batch_norm(
        weight: Option<&TensorView<'_>>, bias: Option<&TensorView<'_>>,
        running_mean: Option<&mut TensorViewMut<'_>>, running_var: Option<&mut TensorViewMut<'_>>,
        num_batches_tracked: Option<&mut i64>, training: bool, momentum: f64, eps: f64, y: &mut TensorViewMut<'_>,
        save_mean: Option<&mut TensorViewMut<'_>>, save_rstd: Option<&mut TensorViewMut<'_>>), to y;
    /// Over each channel of each image.
    instance_norm = unitvar_instance_norm(
        weight: Option<&TensorView<'_>>, bias: Option<&TensorView<'_>>,
        running_mean: Option<&mut TensorViewMut<'_>>, running_var: Option<&mut TensorViewMut<'_>>,
        use_input_stats: bool, momentum: f64, eps: f64, y: &mut TensorViewMut<'_>), to y;
    /// Instance, layer and batch statistics mixed by the softmax of three logits each.
    switchable_norm = unitvar_switchable_norm(
        weight: Option<&TensorView<'_>>, bias: Option<&TensorView<'_>>, mean_logits: [f64; 3], var_logits: [f64; 3],
        running_mean: Option<&mut TensorViewMut<'_>>, running_var: Option<&mut TensorViewMut<'_>>,
        training: bool, momentum: f64, eps: f64, y: &mut TensorViewMut<'_>), to y;
    /// By a power of the squares of neighbouring channels.
    local_response_norm = unitvar_local_response_norm(
        size: i64, alpha: f64, beta: f64, k: f64, y: &mut TensorViewMut<'_>), to y;
    /// [`layer_norm`] with statistics that are given: nothing is reduced.
    layer_norm_given = unitvar_layer_norm_given(
        normalized_ndim: i32, mean: &TensorView<'_>, rstd: &TensorView<'_>, weight: Option<&TensorView<'_>>,
        bias: Option<&TensorView<'_>>, y: &mut TensorViewMut<'_>), to y;
    /// [`local_response_norm`] over the channels c - `before` to c + `after`, whose sum is divided by `size`.
    local_response_norm_window = unitvar_local_response_norm_window(
        before: i64, after: i64, size: i64, alpha: f64, beta: f64, k: f64, y: &mut TensorViewMut<'_>), to y;
    /// [`layer_norm`] and then an activation of y, in one pass and with the bits of both: [`Nonlinearity::Relu`],
    /// [`Nonlinearity::LeakyRelu`], which alone looks at the slope, or [`Nonlinearity::Linear`] for none. So the ones below.
    /// Gradients: those of the activation with y for x, where a slope is at least 0, and then those of the norm.
    layer_norm_activation = unitvar_layer_norm_activation(
        normalized_ndim: i32, weight: Option<&TensorView<'_>>, bias: Option<&TensorView<'_>>, eps: f64,
        nonlinearity: Nonlinearity, negative_slope: f64, y: &mut TensorViewMut<'_>,
        mean: Option<&mut TensorViewMut<'_>>, rstd: Option<&mut TensorViewMut<'_>>), to y;
    /// [`rms_norm`] and an activation.
    rms_norm_activation = unitvar_rms_norm_activation(
        normalized_ndim: i32, weight: Option<&TensorView<'_>>, eps: f64, nonlinearity: Nonlinearity,
        negative_slope: f64, y: &mut TensorViewMut<'_>, rstd: Option<&mut TensorViewMut<'_>>), to y;
    /// [`group_norm`] and an activation.
    group_norm_activation = unitvar_group_norm_activation(
        groups: i64, weight: Option<&TensorView<'_>>, bias: Option<&TensorView<'_>>, eps: f64,
        nonlinearity: Nonlinearity, negative_slope: f64, y: &mut TensorViewMut<'_>,
        mean: Option<&mut TensorViewMut<'_>>, rstd: Option<&mut TensorViewMut<'_>>), to y;
    /// [`batch_norm`] and an activation.
    batch_norm_activation = unitvar_batch_norm_activation(
        weight: Option<&TensorView<'_>>, bias: Option<&TensorView<'_>>,
        running_mean: Option<&mut TensorViewMut<'_>>, running_var: Option<&mut TensorViewMut<'_>>,
        num_batches_tracked: Option<&mut i64>, training: bool, momentum: f64, eps: f64, nonlinearity: Nonlinearity,
        negative_slope: f64, y: &mut TensorViewMut<'_>, save_mean: Option<&mut TensorViewMut<'_>>,
        save_rstd: Option<&mut TensorViewMut<'_>>), to y;
    /// [`instance_norm`] and an activation.
    instance_norm_activation = unitvar_instance_norm_activation(
        weight: Option<&TensorView<'_>>, bias: Option<&TensorView<'_>>,
        running_mean: Option<&mut TensorViewMut<'_>>, running_var: Option<&mut TensorViewMut<'_>>,
        use_input_stats: bool, momentum: f64, eps: f64, nonlinearity: Nonlinearity, negative_slope: f64,
        y: &mut TensorViewMut<'_>), to y;
    /// max(0, x).
    relu = unitvar_relu(y: &mut TensorViewMut<'_>), to y;
    /// A slope below 0.
    leaky_relu = unitvar_leaky_relu(negative_slope: f64, y: &mut TensorViewMut<'_>), to y;
    /// A slope for each channel below 0.
    prelu = unitvar_prelu(weight: &TensorView<'_>, y: &mut TensorViewMut<'_>), to y;
}

/// Dropout without a mask: x / (1 - p) with probability 1 - p, else 0. The same elements stay whenever the generator is at
/// the same position: so backward is the same call on the gradient.
pub fn dropout<'x>(g: &mut Generator, x: impl Into<Input<'x>>, p: f64, y: &mut TensorViewMut<'_>) -> Result<()> {
    let mut y = y.raw();
    let x = match x.into() {
        Input::Of(view) => view.raw(),
        Input::InPlace => y,
    };
    // Safety: as above.
    check(unsafe { sys::unitvar_dropout(g.as_raw(), &x, p, &mut y) })
}

functions! {
    /// [`layer_norm`] of x + residual, which is rounded first and which `sum` gets.
    layer_norm_residual = unitvar_layer_norm_residual(
        x: &TensorView<'_>, residual: &TensorView<'_>, normalized_ndim: i32, weight: Option<&TensorView<'_>>,
        bias: Option<&TensorView<'_>>, eps: f64, sum: Option<&mut TensorViewMut<'_>>, y: &mut TensorViewMut<'_>,
        mean: Option<&mut TensorViewMut<'_>>, rstd: Option<&mut TensorViewMut<'_>>);
    /// [`rms_norm`] of x + residual, as [`layer_norm_residual`].
    rms_norm_residual = unitvar_rms_norm_residual(
        x: &TensorView<'_>, residual: &TensorView<'_>, normalized_ndim: i32, weight: Option<&TensorView<'_>>,
        eps: f64, sum: Option<&mut TensorViewMut<'_>>, y: &mut TensorViewMut<'_>,
        rstd: Option<&mut TensorViewMut<'_>>);
    /// y = x weight^T + bias.
    linear = unitvar_linear(
        x: &TensorView<'_>, weight: &TensorView<'_>, bias: Option<&TensorView<'_>>, y: &mut TensorViewMut<'_>);
    /// The gradients of [`layer_norm`].
    layer_norm_backward = unitvar_layer_norm_backward(
        grad_y: &TensorView<'_>, x: &TensorView<'_>, normalized_ndim: i32, mean: &TensorView<'_>,
        rstd: &TensorView<'_>, weight: Option<&TensorView<'_>>, grad_x: Option<&mut TensorViewMut<'_>>,
        grad_weight: Option<&mut TensorViewMut<'_>>, grad_bias: Option<&mut TensorViewMut<'_>>);
    /// The gradients of [`rms_norm`].
    rms_norm_backward = unitvar_rms_norm_backward(
        grad_y: &TensorView<'_>, x: &TensorView<'_>, normalized_ndim: i32, rstd: &TensorView<'_>,
        weight: Option<&TensorView<'_>>, grad_x: Option<&mut TensorViewMut<'_>>,
        grad_weight: Option<&mut TensorViewMut<'_>>);
    /// The gradients of [`group_norm`].
    group_norm_backward = unitvar_group_norm_backward(
        grad_y: &TensorView<'_>, x: &TensorView<'_>, groups: i64, mean: &TensorView<'_>, rstd: &TensorView<'_>,
        weight: Option<&TensorView<'_>>, grad_x: Option<&mut TensorViewMut<'_>>,
        grad_weight: Option<&mut TensorViewMut<'_>>, grad_bias: Option<&mut TensorViewMut<'_>>);
    /// The gradients of [`batch_norm`], from the statistics that it saved.
    batch_norm_backward = unitvar_batch_norm_backward(
        grad_y: &TensorView<'_>, x: &TensorView<'_>, mean: &TensorView<'_>, rstd: &TensorView<'_>,
        weight: Option<&TensorView<'_>>, training: bool, grad_x: Option<&mut TensorViewMut<'_>>,
        grad_weight: Option<&mut TensorViewMut<'_>>, grad_bias: Option<&mut TensorViewMut<'_>>);
    /// The gradients of [`instance_norm`].
    instance_norm_backward = unitvar_instance_norm_backward(
        grad_y: &TensorView<'_>, x: &TensorView<'_>, weight: Option<&TensorView<'_>>,
        running_mean: Option<&TensorView<'_>>, running_var: Option<&TensorView<'_>>, use_input_stats: bool, eps: f64,
        grad_x: Option<&mut TensorViewMut<'_>>, grad_weight: Option<&mut TensorViewMut<'_>>,
        grad_bias: Option<&mut TensorViewMut<'_>>);
    /// The gradients of [`switchable_norm`], which takes the statistics of x again.
    switchable_norm_backward = unitvar_switchable_norm_backward(
        grad_y: &TensorView<'_>, x: &TensorView<'_>, weight: Option<&TensorView<'_>>, mean_logits: [f64; 3],
        var_logits: [f64; 3], running_mean: Option<&TensorView<'_>>, running_var: Option<&TensorView<'_>>,
        training: bool, eps: f64, grad_x: Option<&mut TensorViewMut<'_>>,
        grad_weight: Option<&mut TensorViewMut<'_>>, grad_bias: Option<&mut TensorViewMut<'_>>,
        grad_mean_logits: Option<&mut [f64; 3]>, grad_var_logits: Option<&mut [f64; 3]>);
    /// The gradient of [`local_response_norm`].
    local_response_norm_backward = unitvar_local_response_norm_backward(
        grad_y: &TensorView<'_>, x: &TensorView<'_>, size: i64, alpha: f64, beta: f64, k: f64,
        grad_x: &mut TensorViewMut<'_>);
    /// The gradient of [`local_response_norm_window`].
    local_response_norm_window_backward = unitvar_local_response_norm_window_backward(
        grad_y: &TensorView<'_>, x: &TensorView<'_>, before: i64, after: i64, size: i64, alpha: f64, beta: f64, k: f64,
        grad_x: &mut TensorViewMut<'_>);
    /// The gradient of [`relu`].
    relu_backward = unitvar_relu_backward(
        grad_y: &TensorView<'_>, x: &TensorView<'_>, grad_x: &mut TensorViewMut<'_>);
    /// The gradient of [`leaky_relu`].
    leaky_relu_backward = unitvar_leaky_relu_backward(
        grad_y: &TensorView<'_>, x: &TensorView<'_>, negative_slope: f64, grad_x: &mut TensorViewMut<'_>);
    /// The gradients of [`prelu`].
    prelu_backward = unitvar_prelu_backward(
        grad_y: &TensorView<'_>, x: &TensorView<'_>, weight: &TensorView<'_>,
        grad_x: Option<&mut TensorViewMut<'_>>, grad_weight: Option<&mut TensorViewMut<'_>>);
    /// The gradients of [`linear`].
    linear_backward = unitvar_linear_backward(
        grad_y: &TensorView<'_>, x: &TensorView<'_>, weight: &TensorView<'_>,
        grad_x: Option<&mut TensorViewMut<'_>>, grad_weight: Option<&mut TensorViewMut<'_>>,
        grad_bias: Option<&mut TensorViewMut<'_>>);
}
