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
