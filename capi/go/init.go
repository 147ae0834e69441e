package unitvar

// #include "shims.h"
import "C"

import "unsafe"

// InitValues writes the elements of values, of any of the floating types, by NumPy's broadcasting.
func InitValues(t, values *Tensor) error { return finish(C.go_init_values(t.raw(), values.raw())) }

// Weights are (out, in, k...), as PyTorch has them. Kernels of JAX and Keras are (k..., in, out): a strided tensor sees
// the same memory as (out, in, k...) and so gives it the right fans, and so do functions that take a layout or fans.

// from unitvar.h by cmake/bindings.py: initialisers

// InitConstant writes one value everywhere.
func InitConstant(t *Tensor, value float64) error {
	return finish(C.go_init_constant(t.raw(), C.double(value)))
}

// InitZeros writes 0 everywhere.
func InitZeros(t *Tensor) error {
	return finish(C.go_init_zeros(t.raw()))
}

// InitOnes writes 1 everywhere.
func InitOnes(t *Tensor) error {
	return finish(C.go_init_ones(t.raw()))
}

// InitEye writes the identity matrix.
func InitEye(t *Tensor) error {
	return finish(C.go_init_eye(t.raw()))
}

// InitDirac writes the identity of a convolution (out, in, k...) in groups.
func InitDirac(t *Tensor, groups int64) error {
	return finish(C.go_init_dirac(t.raw(), C.int64_t(groups)))
}

// InitUniform writes uniform numbers of [a, b).
func InitUniform(g *Generator, t *Tensor, a, b float64) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_init_uniform(raw, t.raw(), C.double(a), C.double(b)) })
}

// InitNormal writes normal numbers.
func InitNormal(g *Generator, t *Tensor, mean, std float64) error {
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_init_normal(raw, t.raw(), C.double(mean), C.double(std))
	})
}

// InitTruncNormal writes normal numbers between the bounds a and b.
func InitTruncNormal(g *Generator, t *Tensor, mean, std, a, b float64) error {
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_init_trunc_normal(raw, t.raw(), C.double(mean), C.double(std), C.double(a), C.double(b))
	})
}

// InitXavierUniform writes Glorot and Bengio's uniform weights (out, in, k...).
func InitXavierUniform(g *Generator, t *Tensor, gain float64) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_init_xavier_uniform(raw, t.raw(), C.double(gain)) })
}

// InitXavierNormal writes Glorot and Bengio's normal weights (out, in, k...).
func InitXavierNormal(g *Generator, t *Tensor, gain float64) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_init_xavier_normal(raw, t.raw(), C.double(gain)) })
}

// InitKaimingUniform writes He's uniform weights (out, in, k...); a is leaky_relu's slope.
func InitKaimingUniform(g *Generator, t *Tensor, a float64, mode FanMode, n Nonlinearity) error {
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_init_kaiming_uniform(raw, t.raw(), C.double(a), C.int32_t(mode), C.int32_t(n))
	})
}

// InitKaimingNormal writes He's normal weights (out, in, k...); a is leaky_relu's slope.
func InitKaimingNormal(g *Generator, t *Tensor, a float64, mode FanMode, n Nonlinearity) error {
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_init_kaiming_normal(raw, t.raw(), C.double(a), C.int32_t(mode), C.int32_t(n))
	})
}

// InitOrthogonal writes gain times a Haar-distributed orthogonal matrix.
func InitOrthogonal(g *Generator, t *Tensor, gain float64) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_init_orthogonal(raw, t.raw(), C.double(gain)) })
}

// InitDeltaOrthogonal writes an orthogonal matrix at the centre of a convolution (out, in, k...).
func InitDeltaOrthogonal(g *Generator, t *Tensor, gain float64) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_init_delta_orthogonal(raw, t.raw(), C.double(gain)) })
}

// InitSparse writes normal numbers, the fraction sparsity of each column 0.
func InitSparse(g *Generator, t *Tensor, sparsity, std float64) error {
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_init_sparse(raw, t.raw(), C.double(sparsity), C.double(std))
	})
}

// InitVarianceScaling writes weights (out, in, k...) of the deviation sqrt(scale / fan).
func InitVarianceScaling(g *Generator, t *Tensor, scale float64, mode FanMode, d Distribution) error {
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_init_variance_scaling(raw, t.raw(), C.double(scale), C.int32_t(mode), C.int32_t(d))
	})
}

// InitVarianceScalingFans writes weights of the deviation sqrt(scale / fan), of fans that are given.
func InitVarianceScalingFans(g *Generator, t *Tensor, scale, fanIn, fanOut float64, mode FanMode, d Distribution) error {
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_init_variance_scaling_fans(raw, t.raw(), C.double(scale), C.double(fanIn), C.double(fanOut),
			C.int32_t(mode), C.int32_t(d))
	})
}

// InitOrthogonalAxis writes gain times an orthogonal matrix with any axis for its rows.
func InitOrthogonalAxis(g *Generator, t *Tensor, gain float64, axis int32) error {
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_init_orthogonal_axis(raw, t.raw(), C.double(gain), C.int32_t(axis))
	})
}

// InitDeltaOrthogonalLayout writes an orthogonal matrix at the centre of a convolution of any layout.
func InitDeltaOrthogonalLayout(g *Generator, t *Tensor, gain float64, layout WeightLayout) error {
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_init_delta_orthogonal_layout(raw, t.raw(), C.double(gain), C.int32_t(layout))
	})
}

// InitGlorotUniform writes JAX's and Keras' glorot_uniform.
func InitGlorotUniform(g *Generator, t *Tensor, layout WeightLayout) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_init_glorot_uniform(raw, t.raw(), C.int32_t(layout)) })
}

// InitGlorotNormal writes JAX's and Keras' glorot_normal.
func InitGlorotNormal(g *Generator, t *Tensor, layout WeightLayout) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_init_glorot_normal(raw, t.raw(), C.int32_t(layout)) })
}

// InitHeUniform writes JAX's and Keras' he_uniform.
func InitHeUniform(g *Generator, t *Tensor, layout WeightLayout) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_init_he_uniform(raw, t.raw(), C.int32_t(layout)) })
}

// InitHeNormal writes JAX's and Keras' he_normal.
func InitHeNormal(g *Generator, t *Tensor, layout WeightLayout) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_init_he_normal(raw, t.raw(), C.int32_t(layout)) })
}

// InitLecunUniform writes JAX's and Keras' lecun_uniform.
func InitLecunUniform(g *Generator, t *Tensor, layout WeightLayout) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_init_lecun_uniform(raw, t.raw(), C.int32_t(layout)) })
}

// InitLecunNormal writes JAX's and Keras' lecun_normal.
func InitLecunNormal(g *Generator, t *Tensor, layout WeightLayout) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_init_lecun_normal(raw, t.raw(), C.int32_t(layout)) })
}

// InitIdentity writes gain times the identity matrix.
func InitIdentity(t *Tensor, gain float64) error {
	return finish(C.go_init_identity(t.raw(), C.double(gain)))
}

// end

// Initializer is one of the above as a value, for tables of parameters and for shards. A kind looks only at what its
// function takes.
type Initializer struct {
	Kind         Kind
	FanMode      FanMode
	Nonlinearity Nonlinearity
	Distribution Distribution
	Groups       int64
	Parameters   [4]float64 // the function's other numbers, in its order; an axis as one, and a layout
}

// NewInitializer gives a kind with PyTorch's defaults.
func NewInitializer(kind Kind) (Initializer, error) {
	raw := C.unitvar_initializer{struct_size: C.sizeof_unitvar_initializer}
	if err := finish(C.go_initializer_defaults(&raw, C.int32_t(kind))); err != nil {
		return Initializer{}, err
	}
	return Initializer{
		Kind:         Kind(raw.kind),
		FanMode:      FanMode(raw.fan_mode),
		Nonlinearity: Nonlinearity(raw.nonlinearity),
		Distribution: Distribution(raw.distribution),
		Groups:       int64(raw.groups),
		Parameters:   *(*[4]float64)(unsafe.Pointer(&raw.p)),
	}, nil
}

func (i Initializer) raw() *C.unitvar_initializer {
	return &C.unitvar_initializer{
		struct_size:  C.sizeof_unitvar_initializer,
		kind:         C.int32_t(i.Kind),
		fan_mode:     C.int32_t(i.FanMode),
		nonlinearity: C.int32_t(i.Nonlinearity),
		distribution: C.int32_t(i.Distribution),
		groups:       C.int64_t(i.Groups),
		p:            *(*[4]C.double)(unsafe.Pointer(&i.Parameters)),
	}
}

// with runs f with g's C generator; nil is for kinds that draw nothing.
func with(g *Generator, f func(raw *C.generator) C.outcome) error {
	if g == nil {
		return finish(f(nil))
	}
	return g.call(f)
}

// Write initialises a tensor. g may be nil for kinds that draw nothing.
func (i Initializer) Write(g *Generator, t *Tensor) error {
	return with(g, func(raw *C.generator) C.outcome { return C.go_init(raw, i.raw(), t.raw()) })
}

// WriteShard writes one rectangular slice of the tensor that Write would write; offset is where it begins in the tensor
// of shape globalShape. The generator advances as for the whole.
func (i Initializer) WriteShard(g *Generator, local *Tensor, globalShape, offset []int) error {
	if local == nil {
		return invalid("local is nil, expected a tensor")
	}
	if n := len(local.shape); len(globalShape) != n || len(offset) != n {
		return invalid("globalShape is %v and offset %v, expected %d numbers each as local has dimensions",
			globalShape, offset, n)
	}
	shape, _ := begin(toC(globalShape))
	first, _ := begin(toC(offset))
	return with(g, func(raw *C.generator) C.outcome { return C.go_init_shard(raw, i.raw(), local.raw(), shape, first) })
}
