package unitvar

// #include "shims.h"
import "C"

import "unsafe"

// points is how many points dst holds.
func points[T Float](dst []T, dimensions int) (C.size_t, error) {
	if dimensions <= 0 || len(dst)%dimensions != 0 {
		return 0, invalid("dst has %d elements with dimensions %d, expected whole points", len(dst), dimensions)
	}
	return C.size_t(len(dst) / dimensions), nil
}

// scrambled hands the C generator to f, or nil for no generator.
func scrambled(g *Generator, f func(raw *C.generator) C.outcome) error {
	if g == nil {
		return finish(f(nil))
	}
	return g.call(f)
}

// Sobol fills dst with points of Sobol's sequence, from the first on and of so many coordinates each, uniform on [0, 1). A
// generator scrambles them and stays where it is; nil does not.
func Sobol[T Float](scramble *Generator, dst []T, dimensions int, first uint64) error {
	p, _ := begin(dst)
	n, err := points(dst, dimensions)
	if err != nil {
		return err
	}
	return scrambled(scramble, func(raw *C.generator) C.outcome {
		if isF32[T]() {
			return C.go_sobol_f32(raw, (*C.float)(unsafe.Pointer(p)), n, C.size_t(dimensions), C.uint64_t(first))
		}
		return C.go_sobol_f64(raw, (*C.double)(unsafe.Pointer(p)), n, C.size_t(dimensions), C.uint64_t(first))
	})
}

// SobolNormal is Sobol with normals, by the inverse of the distribution function.
func SobolNormal[T Float](scramble *Generator, dst []T, dimensions int, first uint64, mean, std float64) error {
	p, _ := begin(dst)
	n, err := points(dst, dimensions)
	if err != nil {
		return err
	}
	return scrambled(scramble, func(raw *C.generator) C.outcome {
		if isF32[T]() {
			return C.go_sobol_normal_f32(raw, (*C.float)(unsafe.Pointer(p)), n, C.size_t(dimensions), C.uint64_t(first),
				C.double(mean), C.double(std))
		}
		return C.go_sobol_normal_f64(raw, (*C.double)(unsafe.Pointer(p)), n, C.size_t(dimensions), C.uint64_t(first),
			C.double(mean), C.double(std))
	})
}
