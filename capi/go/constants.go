package unitvar

// #include "shims.h"
import "C"

import (
	"math"
	"unsafe"
)

// Engine is what turns (seed, stream, position) into 32-bit words.
type Engine int32

// The engines of unitvar.h.
const (
	// from unitvar.h by cmake/bindings.py: Engine

	PCG32        Engine = C.UNITVAR_PCG32         // PCG-XSH-RR 64/32 (O'Neill 2014); the default choice
	Philox4x32   Engine = C.UNITVAR_PHILOX4X32    // Philox4x32-10 (Salmon et al. 2011); counter-based
	TorchMT19937 Engine = C.UNITVAR_TORCH_MT19937 // PyTorch's CPU generator and samplers, bit for bit; sequential
	ARS4x32      Engine = C.UNITVAR_ARS4X32       // ARS, 7 rounds of AES (Salmon et al. 2011); counter-based; the fastest with AES
	// end
)

// FanMode is what the variance is divided by.
type FanMode int32

// The fan modes of unitvar.h.
const (
	// from unitvar.h by cmake/bindings.py: FanMode

	FanIn     FanMode = C.UNITVAR_FAN_IN      // keeps the variance of activations in the forward pass
	FanOut    FanMode = C.UNITVAR_FAN_OUT     // keeps the variance of gradients in the backward pass
	FanAvg    FanMode = C.UNITVAR_FAN_AVG     // (fan_in + fan_out) / 2, as in JAX and Keras
	FanGeoAvg FanMode = C.UNITVAR_FAN_GEO_AVG // sqrt(fan_in * fan_out), as in JAX
	// end
)

// Nonlinearity is what stands behind a layer.
type Nonlinearity int32

// The nonlinearities of unitvar.h.
const (
	// from unitvar.h by cmake/bindings.py: Nonlinearity

	Linear    Nonlinearity = C.UNITVAR_LINEAR     // none; also conv1d to conv3d and conv_transpose1d to conv_transpose3d
	Sigmoid   Nonlinearity = C.UNITVAR_SIGMOID    // the logistic function
	Tanh      Nonlinearity = C.UNITVAR_TANH       // hyperbolic tangent
	ReLU      Nonlinearity = C.UNITVAR_RELU       // 0 below 0
	LeakyReLU Nonlinearity = C.UNITVAR_LEAKY_RELU // a slope below 0
	SELU      Nonlinearity = C.UNITVAR_SELU       // self-normalising exponential linear units
	GELU      Nonlinearity = C.UNITVAR_GELU       // z Phi(z), without its approximation by tanh
	SiLU      Nonlinearity = C.UNITVAR_SILU       // z / (1 + exp(-z)), also swish
	ELU       Nonlinearity = C.UNITVAR_ELU        // exp(z) - 1 below 0
	Softplus  Nonlinearity = C.UNITVAR_SOFTPLUS   // log(1 + exp(z))
	Mish      Nonlinearity = C.UNITVAR_MISH       // z tanh(softplus(z))
	OwnGain   Nonlinearity = C.UNITVAR_GAIN       // none of these: the parameter is the gain itself
	// end
)

// WeightLayout is where a weight has its outputs, its inputs and the positions of its kernel.
type WeightLayout int32

// The layouts of unitvar.h.
const (
	// from unitvar.h by cmake/bindings.py: WeightLayout

	OutInK WeightLayout = C.UNITVAR_OUT_IN_K // (out, in, k...), PyTorch's linear layers and convolutions
	KInOut WeightLayout = C.UNITVAR_K_IN_OUT // (k..., in, out), JAX's and Keras'
	InOutK WeightLayout = C.UNITVAR_IN_OUT_K // (in, out, k...), PyTorch's transposed convolutions
	// end
)

// Distribution is that of [InitVarianceScaling].
type Distribution int32

// The distributions of unitvar.h.
const (
	// from unitvar.h by cmake/bindings.py: Distribution

	UniformDistribution         Distribution = C.UNITVAR_UNIFORM          // uniform, symmetric about 0
	NormalDistribution          Distribution = C.UNITVAR_NORMAL           // normal with mean 0
	TruncatedNormalDistribution Distribution = C.UNITVAR_TRUNCATED_NORMAL // normal, truncated at two deviations, widened to the variance that was asked for
	// end
)

// Kind is that of an [Initializer]; each is a function Init....
type Kind int32

// The kinds of unitvar.h, numbered from 1 without gaps.
const (
	// from unitvar.h by cmake/bindings.py: Kind

	Constant              Kind = C.UNITVAR_INIT_CONSTANT                // one value everywhere
	Zeros                 Kind = C.UNITVAR_INIT_ZEROS                   // 0 everywhere
	Ones                  Kind = C.UNITVAR_INIT_ONES                    // 1 everywhere
	Eye                   Kind = C.UNITVAR_INIT_EYE                     // the identity matrix
	Dirac                 Kind = C.UNITVAR_INIT_DIRAC                   // the identity of a convolution (out, in, k...) in groups
	UniformKind           Kind = C.UNITVAR_INIT_UNIFORM                 // uniform numbers of [a, b)
	NormalKind            Kind = C.UNITVAR_INIT_NORMAL                  // normal numbers
	TruncNormalKind       Kind = C.UNITVAR_INIT_TRUNC_NORMAL            // normal numbers between the bounds a and b
	XavierUniform         Kind = C.UNITVAR_INIT_XAVIER_UNIFORM          // Glorot and Bengio's uniform weights (out, in, k...)
	XavierNormal          Kind = C.UNITVAR_INIT_XAVIER_NORMAL           // Glorot and Bengio's normal weights (out, in, k...)
	KaimingUniform        Kind = C.UNITVAR_INIT_KAIMING_UNIFORM         // He's uniform weights (out, in, k...); a is leaky_relu's slope
	KaimingNormal         Kind = C.UNITVAR_INIT_KAIMING_NORMAL          // He's normal weights (out, in, k...); a is leaky_relu's slope
	Orthogonal            Kind = C.UNITVAR_INIT_ORTHOGONAL              // gain times a Haar-distributed orthogonal matrix
	DeltaOrthogonal       Kind = C.UNITVAR_INIT_DELTA_ORTHOGONAL        // an orthogonal matrix at the centre of a convolution (out, in, k...)
	Sparse                Kind = C.UNITVAR_INIT_SPARSE                  // normal numbers, the fraction sparsity of each column 0
	VarianceScaling       Kind = C.UNITVAR_INIT_VARIANCE_SCALING        // weights (out, in, k...) of the deviation sqrt(scale / fan)
	VarianceScalingFans   Kind = C.UNITVAR_INIT_VARIANCE_SCALING_FANS   // weights of the deviation sqrt(scale / fan), of fans that are given
	OrthogonalAxis        Kind = C.UNITVAR_INIT_ORTHOGONAL_AXIS         // gain times an orthogonal matrix with any axis for its rows
	DeltaOrthogonalLayout Kind = C.UNITVAR_INIT_DELTA_ORTHOGONAL_LAYOUT // an orthogonal matrix at the centre of a convolution of any layout
	GlorotUniform         Kind = C.UNITVAR_INIT_GLOROT_UNIFORM          // JAX's and Keras' glorot_uniform
	GlorotNormal          Kind = C.UNITVAR_INIT_GLOROT_NORMAL           // JAX's and Keras' glorot_normal
	HeUniform             Kind = C.UNITVAR_INIT_HE_UNIFORM              // JAX's and Keras' he_uniform
	HeNormal              Kind = C.UNITVAR_INIT_HE_NORMAL               // JAX's and Keras' he_normal
	LecunUniform          Kind = C.UNITVAR_INIT_LECUN_UNIFORM           // JAX's and Keras' lecun_uniform
	LecunNormal           Kind = C.UNITVAR_INIT_LECUN_NORMAL            // JAX's and Keras' lecun_normal
	Identity              Kind = C.UNITVAR_INIT_IDENTITY                // gain times the identity matrix
	// end
)

// String is the name of the kind's function, "" for what is no kind.
func (k Kind) String() string { return C.GoString(C.unitvar_initializer_name(C.int32_t(k))) }

// DrawKind is that of a Draw; each is a sampler.
type DrawKind int32

// The kinds of draws of unitvar.h.
const (
	// from unitvar.h by cmake/bindings.py: DrawKind

	BitsDraw          DrawKind = C.UNITVAR_DRAW_BITS
	UniformDraw       DrawKind = C.UNITVAR_DRAW_UNIFORM
	NormalDraw        DrawKind = C.UNITVAR_DRAW_NORMAL
	NormalIcdfDraw    DrawKind = C.UNITVAR_DRAW_NORMAL_ICDF
	TruncNormalDraw   DrawKind = C.UNITVAR_DRAW_TRUNC_NORMAL
	ExponentialDraw   DrawKind = C.UNITVAR_DRAW_EXPONENTIAL
	LaplaceDraw       DrawKind = C.UNITVAR_DRAW_LAPLACE
	LogisticDraw      DrawKind = C.UNITVAR_DRAW_LOGISTIC
	GumbelDraw        DrawKind = C.UNITVAR_DRAW_GUMBEL
	CauchyDraw        DrawKind = C.UNITVAR_DRAW_CAUCHY
	WeibullDraw       DrawKind = C.UNITVAR_DRAW_WEIBULL
	LogNormalDraw     DrawKind = C.UNITVAR_DRAW_LOG_NORMAL
	RayleighDraw      DrawKind = C.UNITVAR_DRAW_RAYLEIGH
	IntegersDraw      DrawKind = C.UNITVAR_DRAW_INTEGERS
	BernoulliDraw     DrawKind = C.UNITVAR_DRAW_BERNOULLI
	BernoulliBitsDraw DrawKind = C.UNITVAR_DRAW_BERNOULLI_BITS // u8: an element is a byte, 8 draws
	// end
)

// String is the name of the kind's sampler, "" for what is no kind.
func (k DrawKind) String() string { return C.GoString(C.unitvar_draw_name(C.int32_t(k))) }

// DrawKindFromName is the inverse of [DrawKind.String].
func DrawKindFromName(name string) (DrawKind, error) {
	return fromName[DrawKind](name, func(c *C.char, out *C.int32_t) C.outcome { return C.go_draw_from_name(c, out) })
}

func fromName[T ~int32](name string, lookUp func(*C.char, *C.int32_t) C.outcome) (T, error) {
	c, err := cName(name)
	if err != nil {
		return 0, err
	}
	defer C.free(unsafe.Pointer(c))
	var out C.int32_t
	err = finish(lookUp(c, &out))
	return T(out), err
}

// EngineFromName knows "pcg32", "philox4x32" and so on; names are exact, as in unitvar.h.
func EngineFromName(name string) (Engine, error) {
	return fromName[Engine](name, func(c *C.char, out *C.int32_t) C.outcome { return C.go_engine_from_name(c, out) })
}

// NonlinearityFromName knows "linear", "conv2d", "relu" and so on.
func NonlinearityFromName(name string) (Nonlinearity, error) {
	return fromName[Nonlinearity](name,
		func(c *C.char, out *C.int32_t) C.outcome { return C.go_nonlinearity_from_name(c, out) })
}

// FanModeFromName knows "fan_in", "fan_out", "fan_avg" and "fan_geo_avg".
func FanModeFromName(name string) (FanMode, error) {
	return fromName[FanMode](name, func(c *C.char, out *C.int32_t) C.outcome { return C.go_fan_mode_from_name(c, out) })
}

// DistributionFromName knows "uniform", "normal" and "truncated_normal".
func DistributionFromName(name string) (Distribution, error) {
	return fromName[Distribution](name,
		func(c *C.char, out *C.int32_t) C.outcome { return C.go_distribution_from_name(c, out) })
}

// WeightLayoutFromName knows "out_in_k", "k_in_out" and "in_out_k".
func WeightLayoutFromName(name string) (WeightLayout, error) {
	return fromName[WeightLayout](name,
		func(c *C.char, out *C.int32_t) C.outcome { return C.go_weight_layout_from_name(c, out) })
}

// KindFromName is the inverse of [Kind.String].
func KindFromName(name string) (Kind, error) {
	return fromName[Kind](name, func(c *C.char, out *C.int32_t) C.outcome { return C.go_initializer_from_name(c, out) })
}

// Gain is the gain of a nonlinearity, with the slope 0.01 for LeakyReLU.
func Gain(n Nonlinearity) (float64, error) { return GainWithSlope(n, math.NaN()) }

// GainWithSlope is the gain of a nonlinearity; only LeakyReLU looks at the slope, and OwnGain, whose gain it is.
func GainWithSlope(n Nonlinearity, negativeSlope float64) (float64, error) {
	var gain C.double
	err := finish(C.go_calculate_gain(C.int32_t(n), C.double(negativeSlope), &gain))
	return float64(gain), err
}
