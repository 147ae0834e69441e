//! Initialisers: each writes every element of a tensor, with the semantics of `torch.nn.init`, JAX and Keras.
//!
//! Weights are (out, in, k...), as PyTorch has them. Kernels of JAX and Keras are (k..., in, out): a view with strides
//! sees the same memory as (out, in, k...) and so gives it the right fans.
use crate::error::{check, Error, Result};
use crate::{Distribution, FanMode, Generator, InitKind, Nonlinearity, TensorView, TensorViewMut, WeightLayout};
use std::{mem, ptr};
use unitvar_sys as sys;

/// Functions that need no generator, and those that draw.
macro_rules! initializers {
    ($($(#[$documentation:meta])* $name:ident = $function:ident($($argument:ident: $type:ty => $value:expr),*);)*) => {
        $($(#[$documentation])*
        pub fn $name(t: &mut TensorViewMut<'_>, $($argument: $type),*) -> Result<()> {
            // Safety: the tensor outlives the call and is borrowed alone.
            check(unsafe { sys::$function(&mut t.raw(), $($value),*) })
        })*
    };
    (draws $($(#[$documentation:meta])* $name:ident = $function:ident($($argument:ident: $type:ty => $value:expr),*);)*) => {
        $($(#[$documentation])*
        pub fn $name(g: &mut Generator, t: &mut TensorViewMut<'_>, $($argument: $type),*) -> Result<()> {
            // Safety: as above; the generator too is borrowed alone.
            check(unsafe { sys::$function(g.as_raw(), &mut t.raw(), $($value),*) })
        })*
    };
}

initializers! {
    // from unitvar.h by cmake/bindings.py: initialisers
    /// One value everywhere.
    constant = unitvar_init_constant(value: f64 => value);
    /// 0 everywhere.
    zeros = unitvar_init_zeros();
    /// 1 everywhere.
    ones = unitvar_init_ones();
    /// The identity matrix.
    eye = unitvar_init_eye();
    /// The identity of a convolution (out, in, k...) in groups.
    dirac = unitvar_init_dirac(groups: i64 => groups);
    /// Gain times the identity matrix.
    identity = unitvar_init_identity(gain: f64 => gain);
    // end
}

initializers! { draws
    // from unitvar.h by cmake/bindings.py: drawn_initialisers
    /// Uniform numbers of [a, b).
    uniform = unitvar_init_uniform(a: f64 => a, b: f64 => b);
    /// Normal numbers.
    normal = unitvar_init_normal(mean: f64 => mean, std: f64 => std);
    /// Normal numbers between the bounds a and b.
    trunc_normal = unitvar_init_trunc_normal(mean: f64 => mean, std: f64 => std, a: f64 => a, b: f64 => b);
    /// Glorot and Bengio's uniform weights (out, in, k...).
    xavier_uniform = unitvar_init_xavier_uniform(gain: f64 => gain);
    /// Glorot and Bengio's normal weights (out, in, k...).
    xavier_normal = unitvar_init_xavier_normal(gain: f64 => gain);
    /// He's uniform weights (out, in, k...); a is leaky_relu's slope.
    kaiming_uniform = unitvar_init_kaiming_uniform(
        a: f64 => a, fan_mode: FanMode => fan_mode.raw(), nonlinearity: Nonlinearity => nonlinearity.raw());
    /// He's normal weights (out, in, k...); a is leaky_relu's slope.
    kaiming_normal = unitvar_init_kaiming_normal(
        a: f64 => a, fan_mode: FanMode => fan_mode.raw(), nonlinearity: Nonlinearity => nonlinearity.raw());
    /// Gain times a Haar-distributed orthogonal matrix.
    orthogonal = unitvar_init_orthogonal(gain: f64 => gain);
    /// An orthogonal matrix at the centre of a convolution (out, in, k...).
    delta_orthogonal = unitvar_init_delta_orthogonal(gain: f64 => gain);
    /// Normal numbers, the fraction sparsity of each column 0.
    sparse = unitvar_init_sparse(sparsity: f64 => sparsity, std: f64 => std);
    /// Weights (out, in, k...) of the deviation sqrt(scale / fan).
    variance_scaling = unitvar_init_variance_scaling(
        scale: f64 => scale, fan_mode: FanMode => fan_mode.raw(), distribution: Distribution => distribution.raw());
    /// Weights of the deviation sqrt(scale / fan), of fans that are given.
    variance_scaling_fans = unitvar_init_variance_scaling_fans(
        scale: f64 => scale, fan_in: f64 => fan_in, fan_out: f64 => fan_out, fan_mode: FanMode => fan_mode.raw(),
        distribution: Distribution => distribution.raw());
    /// Gain times an orthogonal matrix with any axis for its rows.
    orthogonal_axis = unitvar_init_orthogonal_axis(gain: f64 => gain, axis: i32 => axis);
    /// An orthogonal matrix at the centre of a convolution of any layout.
    delta_orthogonal_layout = unitvar_init_delta_orthogonal_layout(
        gain: f64 => gain, layout: WeightLayout => layout.raw());
    /// JAX's and Keras' glorot_uniform.
    glorot_uniform = unitvar_init_glorot_uniform(layout: WeightLayout => layout.raw());
    /// JAX's and Keras' glorot_normal.
    glorot_normal = unitvar_init_glorot_normal(layout: WeightLayout => layout.raw());
    /// JAX's and Keras' he_uniform.
    he_uniform = unitvar_init_he_uniform(layout: WeightLayout => layout.raw());
    /// JAX's and Keras' he_normal.
    he_normal = unitvar_init_he_normal(layout: WeightLayout => layout.raw());
    /// JAX's and Keras' lecun_uniform.
    lecun_uniform = unitvar_init_lecun_uniform(layout: WeightLayout => layout.raw());
    /// JAX's and Keras' lecun_normal.
    lecun_normal = unitvar_init_lecun_normal(layout: WeightLayout => layout.raw());
    // end
}

/// The elements of `values`, of any of the floating types, by NumPy's broadcasting.
pub fn values(t: &mut TensorViewMut<'_>, values: &TensorView<'_>) -> Result<()> {
    // Safety: both outlive the call, and t is borrowed alone.
    check(unsafe { sys::unitvar_init_values(&mut t.raw(), &values.raw()) })
}

/// An initialiser as a value, for tables of parameters and for shards. A kind looks only at what its function takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Initializer {
    /// Which function.
    pub kind: InitKind,
    /// For kaiming_* and variance_scaling.
    pub fan_mode: FanMode,
    /// For kaiming_*.
    pub nonlinearity: Nonlinearity,
    /// For variance_scaling.
    pub distribution: Distribution,
    /// For dirac.
    pub groups: i64,
    /// The function's other numbers, in its order; an axis as one, and a layout.
    pub parameters: [f64; 4],
}

impl Initializer {
    /// A kind with PyTorch's defaults.
    pub fn new(kind: InitKind) -> Result<Self> {
        let mut raw = sys::unitvar_initializer {
            struct_size: mem::size_of::<sys::unitvar_initializer>() as u32,
            kind: 0,
            fan_mode: 0,
            nonlinearity: 0,
            distribution: 0,
            reserved: 0,
            groups: 0,
            p: [0.0; 4],
        };
        // Safety: the struct is as long as it says.
        check(unsafe { sys::unitvar_initializer_defaults(&mut raw, kind.raw()) })?;
        let newer = || Error::invalid(format!("the defaults of {kind:?} are newer than this crate"));
        Ok(Initializer {
            kind,
            fan_mode: FanMode::from_raw(raw.fan_mode).ok_or_else(newer)?,
            nonlinearity: Nonlinearity::from_raw(raw.nonlinearity).ok_or_else(newer)?,
            distribution: Distribution::from_raw(raw.distribution).ok_or_else(newer)?,
            groups: raw.groups,
            parameters: raw.p,
        })
    }

    /// The value as the C API takes it.
    pub fn raw(&self) -> sys::unitvar_initializer {
        sys::unitvar_initializer {
            struct_size: mem::size_of::<sys::unitvar_initializer>() as u32,
            kind: self.kind.raw(),
            fan_mode: self.fan_mode.raw(),
            nonlinearity: self.nonlinearity.raw(),
            distribution: self.distribution.raw(),
            reserved: 0,
            groups: self.groups,
            p: self.parameters,
        }
    }

    /// Initialises a tensor. `g` may be `None` for kinds that draw nothing.
    pub fn write(&self, g: Option<&mut Generator>, t: &mut TensorViewMut<'_>) -> Result<()> {
        let g = g.map_or(ptr::null_mut(), Generator::as_raw);
        // Safety: all of it outlives the call.
        check(unsafe { sys::unitvar_init(g, &self.raw(), &mut t.raw()) })
    }

    /// Writes one rectangular slice of the tensor that `write` would write; `offset` is where it begins in the tensor
    /// of shape `global_shape`. The generator advances as for the whole.
    pub fn write_shard(
        &self,
        g: Option<&mut Generator>,
        local: &mut TensorViewMut<'_>,
        global_shape: &[i64],
        offset: &[i64],
    ) -> Result<()> {
        for (name, list) in [("global_shape", global_shape), ("offset", offset)] {
            if list.len() != local.dimensions() {
                let message = format!("{name} is {list:?}, expected {} numbers as local has", local.dimensions());
                return Err(Error::invalid(message));
            }
        }
        let g = g.map_or(ptr::null_mut(), Generator::as_raw);
        // Safety: all of it outlives the call, and both lists have a number for each dimension.
        check(unsafe {
            sys::unitvar_init_shard(g, &self.raw(), &mut local.raw(), global_shape.as_ptr(), offset.as_ptr())
        })
    }
}
