package unitvar

// #include "shims.h"
import "C"

import "unsafe"

// Float is what samplers write and moments read.
type Float interface{ float32 | float64 }

func isF32[T Float]() bool {
	var x T
	return unsafe.Sizeof(x) == 4
}

// begin gives the first element's address, which an empty slice does not have, and the length.
func begin[T any](x []T) (*T, C.size_t) {
	if len(x) == 0 {
		return nil, 0
	}
	return &x[0], C.size_t(len(x))
}

// BitsU32 fills dst with the words themselves.
func BitsU32(g *Generator, dst []uint32) error {
	p, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome { return C.go_bits_u32(raw, (*C.uint32_t)(p), n) })
}

// BitsU64 fills dst with pairs of words, the low one first.
func BitsU64(g *Generator, dst []uint64) error {
	p, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome { return C.go_bits_u64(raw, (*C.uint64_t)(p), n) })
}

// Permutation fills dst with a permutation of 0 to len(dst)-1.
func Permutation(g *Generator, dst []int64) error {
	p, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome { return C.go_permutation_i64(raw, (*C.int64_t)(p), n) })
}

// Choice fills dst with different numbers of 0 to population-1 in a random order: sampling without replacement.
func Choice(g *Generator, dst []int64, population uint64) error {
	p, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_choice_i64(raw, (*C.int64_t)(p), n, C.uint64_t(population))
	})
}

// Uniform fills dst from [low, high).
func Uniform[T Float](g *Generator, dst []T, low, high float64) error {
	p, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		if isF32[T]() {
			return C.go_uniform_f32(raw, (*C.float)(unsafe.Pointer(p)), n, C.double(low), C.double(high))
		}
		return C.go_uniform_f64(raw, (*C.double)(unsafe.Pointer(p)), n, C.double(low), C.double(high))
	})
}

// Normal fills dst with normals, by Box and Muller.
func Normal[T Float](g *Generator, dst []T, mean, std float64) error {
	p, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		if isF32[T]() {
			return C.go_normal_f32(raw, (*C.float)(unsafe.Pointer(p)), n, C.double(mean), C.double(std))
		}
		return C.go_normal_f64(raw, (*C.double)(unsafe.Pointer(p)), n, C.double(mean), C.double(std))
	})
}

// NormalICDF fills dst with normals, by the inverse of the distribution function: monotone in the words.
func NormalICDF[T Float](g *Generator, dst []T, mean, std float64) error {
	p, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		if isF32[T]() {
			return C.go_normal_icdf_f32(raw, (*C.float)(unsafe.Pointer(p)), n, C.double(mean), C.double(std))
		}
		return C.go_normal_icdf_f64(raw, (*C.double)(unsafe.Pointer(p)), n, C.double(mean), C.double(std))
	})
}

// TruncNormal fills dst with normals between the bounds a and b.
func TruncNormal[T Float](g *Generator, dst []T, mean, std, a, b float64) error {
	p, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		if isF32[T]() {
			return C.go_trunc_normal_f32(raw, (*C.float)(unsafe.Pointer(p)), n,
				C.double(mean), C.double(std), C.double(a), C.double(b))
		}
		return C.go_trunc_normal_f64(raw, (*C.double)(unsafe.Pointer(p)), n,
			C.double(mean), C.double(std), C.double(a), C.double(b))
	})
}

// from unitvar.h by cmake/bindings.py: samplers

// Exponential fills dst. Exponential with mean scale.
func Exponential[T Float](g *Generator, dst []T, scale float64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		if isF32[T]() {
			return C.go_exponential_f32(raw, (*C.float)(unsafe.Pointer(start)), n, C.double(scale))
		}
		return C.go_exponential_f64(raw, (*C.double)(unsafe.Pointer(start)), n, C.double(scale))
	})
}

// Laplace fills dst. Laplace.
func Laplace[T Float](g *Generator, dst []T, location, scale float64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		if isF32[T]() {
			return C.go_laplace_f32(raw, (*C.float)(unsafe.Pointer(start)), n, C.double(location), C.double(scale))
		}
		return C.go_laplace_f64(raw, (*C.double)(unsafe.Pointer(start)), n, C.double(location), C.double(scale))
	})
}

// Logistic fills dst. Logistic.
func Logistic[T Float](g *Generator, dst []T, location, scale float64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		if isF32[T]() {
			return C.go_logistic_f32(raw, (*C.float)(unsafe.Pointer(start)), n, C.double(location), C.double(scale))
		}
		return C.go_logistic_f64(raw, (*C.double)(unsafe.Pointer(start)), n, C.double(location), C.double(scale))
	})
}

// Gumbel fills dst. Gumbel, the greatest of many.
func Gumbel[T Float](g *Generator, dst []T, location, scale float64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		if isF32[T]() {
			return C.go_gumbel_f32(raw, (*C.float)(unsafe.Pointer(start)), n, C.double(location), C.double(scale))
		}
		return C.go_gumbel_f64(raw, (*C.double)(unsafe.Pointer(start)), n, C.double(location), C.double(scale))
	})
}

// Cauchy fills dst. Cauchy.
func Cauchy[T Float](g *Generator, dst []T, location, scale float64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		if isF32[T]() {
			return C.go_cauchy_f32(raw, (*C.float)(unsafe.Pointer(start)), n, C.double(location), C.double(scale))
		}
		return C.go_cauchy_f64(raw, (*C.double)(unsafe.Pointer(start)), n, C.double(location), C.double(scale))
	})
}

// Weibull fills dst. Weibull.
func Weibull[T Float](g *Generator, dst []T, shape, scale float64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		if isF32[T]() {
			return C.go_weibull_f32(raw, (*C.float)(unsafe.Pointer(start)), n, C.double(shape), C.double(scale))
		}
		return C.go_weibull_f64(raw, (*C.double)(unsafe.Pointer(start)), n, C.double(shape), C.double(scale))
	})
}

// Rayleigh fills dst. Rayleigh, the length of two normals of deviation scale.
func Rayleigh[T Float](g *Generator, dst []T, scale float64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		if isF32[T]() {
			return C.go_rayleigh_f32(raw, (*C.float)(unsafe.Pointer(start)), n, C.double(scale))
		}
		return C.go_rayleigh_f64(raw, (*C.double)(unsafe.Pointer(start)), n, C.double(scale))
	})
}

// LogNormal fills dst. Log-normal.
func LogNormal[T Float](g *Generator, dst []T, mean, std float64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		if isF32[T]() {
			return C.go_log_normal_f32(raw, (*C.float)(unsafe.Pointer(start)), n, C.double(mean), C.double(std))
		}
		return C.go_log_normal_f64(raw, (*C.double)(unsafe.Pointer(start)), n, C.double(mean), C.double(std))
	})
}

// IntegersI32 fills dst. Integers of [low, high).
func IntegersI32(g *Generator, dst []int32, low, high int64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_integers_i32(raw, (*C.int32_t)(unsafe.Pointer(start)), n, C.int64_t(low), C.int64_t(high))
	})
}

// IntegersI64 fills dst. Integers of [low, high).
func IntegersI64(g *Generator, dst []int64, low, high int64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_integers_i64(raw, (*C.int64_t)(unsafe.Pointer(start)), n, C.int64_t(low), C.int64_t(high))
	})
}

// BernoulliU8 fills dst. Bernoulli draws as bytes.
func BernoulliU8(g *Generator, dst []uint8, p float64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_bernoulli_u8(raw, (*C.uint8_t)(unsafe.Pointer(start)), n, C.double(p))
	})
}

// UniformBf16 fills dst. Uniform, normal and truncated normal numbers of 16 bits, as bits.
func UniformBf16(g *Generator, dst []uint16, low, high float64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_uniform_bf16(raw, (*C.uint16_t)(unsafe.Pointer(start)), n, C.double(low), C.double(high))
	})
}

// UniformF16 fills dst. Uniform, normal and truncated normal numbers of 16 bits, as bits.
func UniformF16(g *Generator, dst []uint16, low, high float64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_uniform_f16(raw, (*C.uint16_t)(unsafe.Pointer(start)), n, C.double(low), C.double(high))
	})
}

// NormalBf16 fills dst. Uniform, normal and truncated normal numbers of 16 bits, as bits.
func NormalBf16(g *Generator, dst []uint16, mean, std float64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_normal_bf16(raw, (*C.uint16_t)(unsafe.Pointer(start)), n, C.double(mean), C.double(std))
	})
}

// NormalF16 fills dst. Uniform, normal and truncated normal numbers of 16 bits, as bits.
func NormalF16(g *Generator, dst []uint16, mean, std float64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_normal_f16(raw, (*C.uint16_t)(unsafe.Pointer(start)), n, C.double(mean), C.double(std))
	})
}

// TruncNormalBf16 fills dst. Uniform, normal and truncated normal numbers of 16 bits, as bits.
func TruncNormalBf16(g *Generator, dst []uint16, mean, std, a, b float64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_trunc_normal_bf16(raw, (*C.uint16_t)(unsafe.Pointer(start)), n, C.double(mean), C.double(std), C.double(a), C.double(b))
	})
}

// TruncNormalF16 fills dst. Uniform, normal and truncated normal numbers of 16 bits, as bits.
func TruncNormalF16(g *Generator, dst []uint16, mean, std, a, b float64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_trunc_normal_f16(raw, (*C.uint16_t)(unsafe.Pointer(start)), n, C.double(mean), C.double(std), C.double(a), C.double(b))
	})
}

// end

// BernoulliBits fills dst with 8 len(dst) Bernoulli draws as bits, the first the least of the first byte.
func BernoulliBits(g *Generator, dst []uint8, p float64) error {
	start, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_bernoulli_bits(raw, (*C.uint8_t)(unsafe.Pointer(start)), 8*n, C.double(p))
	})
}

// Sampled is what Sample writes.
type Sampled interface {
	float32 | float64 | int32 | int64 | uint8 | uint32 | uint64
}

// Draw is a sampler as a value. A kind looks only at what its function takes.
type Draw struct {
	Kind       DrawKind
	Parameters [4]float64 // the function's numbers, in its order
	Integers   [2]int64   // its whole numbers
}

// NewDraw gives a kind with the standard parameters.
func NewDraw(kind DrawKind) (Draw, error) {
	raw := C.unitvar_draw{struct_size: C.sizeof_unitvar_draw}
	if err := finish(C.go_draw_defaults(&raw, C.int32_t(kind))); err != nil {
		return Draw{}, err
	}
	return Draw{
		Kind:       DrawKind(raw.kind),
		Parameters: *(*[4]float64)(unsafe.Pointer(&raw.p)),
		Integers:   *(*[2]int64)(unsafe.Pointer(&raw.k)),
	}, nil
}

func rawDraw[T Sampled](d Draw) *C.unitvar_draw {
	var x T
	dtype := C.unitvar_dtype{bits: C.uint8_t(8 * unsafe.Sizeof(x)), lanes: 1}
	switch any(x).(type) {
	case float32, float64:
		dtype.code = 2
	case uint8, uint32, uint64:
		dtype.code = 1
	}
	return &C.unitvar_draw{
		struct_size: C.sizeof_unitvar_draw,
		kind:        C.int32_t(d.Kind),
		dtype:       dtype,
		p:           *(*[4]C.double)(unsafe.Pointer(&d.Parameters)),
		k:           *(*[2]C.int64_t)(unsafe.Pointer(&d.Integers)),
	}
}

// Sample fills dst as the draw says.
func Sample[T Sampled](g *Generator, draw Draw, dst []T) error {
	p, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_sample(raw, rawDraw[T](draw), unsafe.Pointer(p), n)
	})
}

// SampleAt fills dst with elements first and on of what Sample would write; the generator stays where it is. So a stream
// goes on element by element: the caller counts them.
func SampleAt[T Sampled](g *Generator, draw Draw, first uint64, dst []T) error {
	p, n := begin(dst)
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_sample_at(raw, rawDraw[T](draw), C.uint64_t(first), unsafe.Pointer(p), n)
	})
}
