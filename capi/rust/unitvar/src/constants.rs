//! The constants of `unitvar.h` as enums. Their names are those of the C API's look-up functions.
use crate::error::{check, static_text, Result};
use unitvar_sys as sys;

/// An enum of constants with `from_name`, by the library's own look-up.
macro_rules! constants {
    ($(#[$documentation:meta])* $name:ident by $look_up:path {
        $($(#[$of_variant:meta])* $variant:ident = $value:expr,)*
    }) => {
        $(#[$documentation])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(i32)]
        pub enum $name { $($(#[$of_variant])* $variant = $value,)* }

        impl $name {
            /// The constant of this name; lower case and exact, as in `unitvar.h`.
            pub fn from_name(name: &str) -> $crate::Result<Self> {
                let mut value = 0;
                let name = $crate::error::c_name(name)?;
                // Safety: both pointers are valid for the call.
                $crate::error::check(unsafe { $look_up(name.as_ptr(), &mut value) })?;
                Self::from_raw(value).ok_or_else(|| {
                    $crate::Error::invalid(format!("name is {name:?}, which is newer than this crate"))
                })
            }

            pub(crate) fn raw(self) -> i32 {
                self as i32
            }

            pub(crate) fn from_raw(value: i32) -> Option<Self> {
                $(if value == $value { return Some(Self::$variant); })*
                None
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::Error;
            fn from_str(name: &str) -> $crate::Result<Self> {
                Self::from_name(name)
            }
        }
    };
}
pub(crate) use constants;

constants! {
    /// What turns (seed, stream, position) into 32-bit words.
    Engine by sys::unitvar_engine_from_name {
        // from unitvar.h by cmake/bindings.py: Engine
        /// PCG-XSH-RR 64/32 (O'Neill 2014); the default choice.
        Pcg32 = sys::UNITVAR_PCG32,
        /// Philox4x32-10 (Salmon et al. 2011); counter-based.
        Philox4x32 = sys::UNITVAR_PHILOX4X32,
        /// PyTorch's CPU generator and samplers, bit for bit; sequential.
        TorchMt19937 = sys::UNITVAR_TORCH_MT19937,
        /// ARS, 7 rounds of AES (Salmon et al. 2011); counter-based; the fastest with AES.
        Ars4x32 = sys::UNITVAR_ARS4X32,
        // end
    }
}

constants! {
    /// What the variance is divided by.
    FanMode by sys::unitvar_fan_mode_from_name {
        // from unitvar.h by cmake/bindings.py: FanMode
        /// Keeps the variance of activations in the forward pass.
        FanIn = sys::UNITVAR_FAN_IN,
        /// Keeps the variance of gradients in the backward pass.
        FanOut = sys::UNITVAR_FAN_OUT,
        /// (fan_in + fan_out) / 2, as in JAX and Keras.
        FanAvg = sys::UNITVAR_FAN_AVG,
        /// Sqrt(fan_in * fan_out), as in JAX.
        FanGeoAvg = sys::UNITVAR_FAN_GEO_AVG,
        // end
    }
}

constants! {
    /// The nonlinearity behind a layer, for its gain.
    Nonlinearity by sys::unitvar_nonlinearity_from_name {
        // from unitvar.h by cmake/bindings.py: Nonlinearity
        /// None; also conv1d to conv3d and conv_transpose1d to conv_transpose3d.
        Linear = sys::UNITVAR_LINEAR,
        /// The logistic function.
        Sigmoid = sys::UNITVAR_SIGMOID,
        /// Hyperbolic tangent.
        Tanh = sys::UNITVAR_TANH,
        /// 0 below 0.
        Relu = sys::UNITVAR_RELU,
        /// A slope below 0.
        LeakyRelu = sys::UNITVAR_LEAKY_RELU,
        /// Self-normalising exponential linear units.
        Selu = sys::UNITVAR_SELU,
        /// Z Phi(z), without its approximation by tanh.
        Gelu = sys::UNITVAR_GELU,
        /// Z / (1 + exp(-z)), also swish.
        Silu = sys::UNITVAR_SILU,
        /// Exp(z) - 1 below 0.
        Elu = sys::UNITVAR_ELU,
        /// Log(1 + exp(z)).
        Softplus = sys::UNITVAR_SOFTPLUS,
        /// Z tanh(softplus(z)).
        Mish = sys::UNITVAR_MISH,
        /// None of these: the parameter is the gain itself.
        Gain = sys::UNITVAR_GAIN,
        // end
    }
}

impl Nonlinearity {
    /// The gain, as `torch.nn.init.calculate_gain`; only LeakyRelu looks at the slope, `None` being 0.01.
    pub fn gain(self, negative_slope: Option<f64>) -> Result<f64> {
        let mut gain = 0.0;
        // Safety: the pointer is valid for the call.
        check(unsafe { sys::unitvar_calculate_gain(self.raw(), negative_slope.unwrap_or(f64::NAN), &mut gain) })?;
        Ok(gain)
    }
}

constants! {
    /// The distribution of [`crate::init::variance_scaling`].
    Distribution by sys::unitvar_distribution_from_name {
        // from unitvar.h by cmake/bindings.py: Distribution
        /// Uniform, symmetric about 0.
        Uniform = sys::UNITVAR_UNIFORM,
        /// Normal with mean 0.
        Normal = sys::UNITVAR_NORMAL,
        /// Normal, truncated at two deviations, widened to the variance that was asked for.
        TruncatedNormal = sys::UNITVAR_TRUNCATED_NORMAL,
        // end
    }
}

constants! {
    /// Where a weight has its outputs, its inputs and the positions of its kernel.
    WeightLayout by sys::unitvar_weight_layout_from_name {
        // from unitvar.h by cmake/bindings.py: WeightLayout
        /// (out, in, k...), PyTorch's linear layers and convolutions.
        OutInK = sys::UNITVAR_OUT_IN_K,
        /// (k..., in, out), JAX's and Keras'.
        KInOut = sys::UNITVAR_K_IN_OUT,
        /// (in, out, k...), PyTorch's transposed convolutions.
        InOutK = sys::UNITVAR_IN_OUT_K,
        // end
    }
}

constants! {
    /// The kind of an [`crate::Initializer`]; each is a function of [`crate::init`].
    InitKind by sys::unitvar_initializer_from_name {
        // from unitvar.h by cmake/bindings.py: Kind
        /// One value everywhere: [`crate::init::constant`].
        Constant = sys::UNITVAR_INIT_CONSTANT,
        /// 0 everywhere: [`crate::init::zeros`].
        Zeros = sys::UNITVAR_INIT_ZEROS,
        /// 1 everywhere: [`crate::init::ones`].
        Ones = sys::UNITVAR_INIT_ONES,
        /// The identity matrix: [`crate::init::eye`].
        Eye = sys::UNITVAR_INIT_EYE,
        /// The identity of a convolution (out, in, k...) in groups: [`crate::init::dirac`].
        Dirac = sys::UNITVAR_INIT_DIRAC,
        /// Uniform numbers of [a, b): [`crate::init::uniform`].
        Uniform = sys::UNITVAR_INIT_UNIFORM,
        /// Normal numbers: [`crate::init::normal`].
        Normal = sys::UNITVAR_INIT_NORMAL,
        /// Normal numbers between the bounds a and b: [`crate::init::trunc_normal`].
        TruncNormal = sys::UNITVAR_INIT_TRUNC_NORMAL,
        /// Glorot and Bengio's uniform weights (out, in, k...): [`crate::init::xavier_uniform`].
        XavierUniform = sys::UNITVAR_INIT_XAVIER_UNIFORM,
        /// Glorot and Bengio's normal weights (out, in, k...): [`crate::init::xavier_normal`].
        XavierNormal = sys::UNITVAR_INIT_XAVIER_NORMAL,
        /// He's uniform weights (out, in, k...); a is leaky_relu's slope: [`crate::init::kaiming_uniform`].
        KaimingUniform = sys::UNITVAR_INIT_KAIMING_UNIFORM,
        /// He's normal weights (out, in, k...); a is leaky_relu's slope: [`crate::init::kaiming_normal`].
        KaimingNormal = sys::UNITVAR_INIT_KAIMING_NORMAL,
        /// Gain times a Haar-distributed orthogonal matrix: [`crate::init::orthogonal`].
        Orthogonal = sys::UNITVAR_INIT_ORTHOGONAL,
        /// An orthogonal matrix at the centre of a convolution (out, in, k...): [`crate::init::delta_orthogonal`].
        DeltaOrthogonal = sys::UNITVAR_INIT_DELTA_ORTHOGONAL,
        /// Normal numbers, the fraction sparsity of each column 0: [`crate::init::sparse`].
        Sparse = sys::UNITVAR_INIT_SPARSE,
        /// Weights (out, in, k...) of the deviation sqrt(scale / fan): [`crate::init::variance_scaling`].
        VarianceScaling = sys::UNITVAR_INIT_VARIANCE_SCALING,
        /// Weights of the deviation sqrt(scale / fan), of fans that are given: [`crate::init::variance_scaling_fans`].
        VarianceScalingFans = sys::UNITVAR_INIT_VARIANCE_SCALING_FANS,
        /// Gain times an orthogonal matrix with any axis for its rows: [`crate::init::orthogonal_axis`].
        OrthogonalAxis = sys::UNITVAR_INIT_ORTHOGONAL_AXIS,
        /// An orthogonal matrix at the centre of a convolution of any layout: [`crate::init::delta_orthogonal_layout`].
        DeltaOrthogonalLayout = sys::UNITVAR_INIT_DELTA_ORTHOGONAL_LAYOUT,
        /// JAX's and Keras' glorot_uniform: [`crate::init::glorot_uniform`].
        GlorotUniform = sys::UNITVAR_INIT_GLOROT_UNIFORM,
        /// JAX's and Keras' glorot_normal: [`crate::init::glorot_normal`].
        GlorotNormal = sys::UNITVAR_INIT_GLOROT_NORMAL,
        /// JAX's and Keras' he_uniform: [`crate::init::he_uniform`].
        HeUniform = sys::UNITVAR_INIT_HE_UNIFORM,
        /// JAX's and Keras' he_normal: [`crate::init::he_normal`].
        HeNormal = sys::UNITVAR_INIT_HE_NORMAL,
        /// JAX's and Keras' lecun_uniform: [`crate::init::lecun_uniform`].
        LecunUniform = sys::UNITVAR_INIT_LECUN_UNIFORM,
        /// JAX's and Keras' lecun_normal: [`crate::init::lecun_normal`].
        LecunNormal = sys::UNITVAR_INIT_LECUN_NORMAL,
        /// Gain times the identity matrix: [`crate::init::identity`].
        Identity = sys::UNITVAR_INIT_IDENTITY,
        // end
    }
}

impl InitKind {
    /// The name, as of the function.
    pub fn name(self) -> &'static str {
        // Safety: not NULL for these kinds, and static.
        unsafe { static_text(sys::unitvar_initializer_name(self.raw())) }
    }

    /// The kind of this number, from 1 on without gaps.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::from_raw(number)
    }
}

constants! {
    /// The kind of a [`crate::Draw`]; each is a sampler of [`crate::Generator`].
    DrawKind by sys::unitvar_draw_from_name {
        // from unitvar.h by cmake/bindings.py: DrawKind
        /// What the sampler `bits` draws.
        Bits = sys::UNITVAR_DRAW_BITS,
        /// What the sampler `uniform` draws.
        Uniform = sys::UNITVAR_DRAW_UNIFORM,
        /// What the sampler `normal` draws.
        Normal = sys::UNITVAR_DRAW_NORMAL,
        /// What the sampler `normal_icdf` draws.
        NormalIcdf = sys::UNITVAR_DRAW_NORMAL_ICDF,
        /// What the sampler `trunc_normal` draws.
        TruncNormal = sys::UNITVAR_DRAW_TRUNC_NORMAL,
        /// What the sampler `exponential` draws.
        Exponential = sys::UNITVAR_DRAW_EXPONENTIAL,
        /// What the sampler `laplace` draws.
        Laplace = sys::UNITVAR_DRAW_LAPLACE,
        /// What the sampler `logistic` draws.
        Logistic = sys::UNITVAR_DRAW_LOGISTIC,
        /// What the sampler `gumbel` draws.
        Gumbel = sys::UNITVAR_DRAW_GUMBEL,
        /// What the sampler `cauchy` draws.
        Cauchy = sys::UNITVAR_DRAW_CAUCHY,
        /// What the sampler `weibull` draws.
        Weibull = sys::UNITVAR_DRAW_WEIBULL,
        /// What the sampler `log_normal` draws.
        LogNormal = sys::UNITVAR_DRAW_LOG_NORMAL,
        /// What the sampler `rayleigh` draws.
        Rayleigh = sys::UNITVAR_DRAW_RAYLEIGH,
        /// What the sampler `integers` draws.
        Integers = sys::UNITVAR_DRAW_INTEGERS,
        /// What the sampler `bernoulli` draws.
        Bernoulli = sys::UNITVAR_DRAW_BERNOULLI,
        /// U8: an element is a byte, 8 draws.
        BernoulliBits = sys::UNITVAR_DRAW_BERNOULLI_BITS,
        // end
    }
}

impl DrawKind {
    /// The name, as of the sampler.
    pub fn name(self) -> &'static str {
        // Safety: not NULL for these kinds, and static.
        unsafe { static_text(sys::unitvar_draw_name(self.raw())) }
    }

    /// The kind of this number, from 1 on without gaps.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::from_raw(number)
    }
}
