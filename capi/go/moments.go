package unitvar

// #include "shims.h"
import "C"

import "unsafe"

// Moments are count, mean and sum of squared deviations of a sequence; the zero value is the empty one.
type Moments struct {
	Count, Mean, M2 float64
}

func (m *Moments) raw() *C.unitvar_moments { return (*C.unitvar_moments)(unsafe.Pointer(m)) }

// Update appends elements to m's sequence.
func Update[T Float](m *Moments, x []T) error {
	p, n := begin(x)
	if isF32[T]() {
		return finish(C.go_moments_update_f32(m.raw(), (*C.float)(unsafe.Pointer(p)), n))
	}
	return finish(C.go_moments_update_f64(m.raw(), (*C.double)(unsafe.Pointer(p)), n))
}

// Merge appends another sequence.
func (m *Moments) Merge(other Moments) error {
	return finish(C.go_moments_merge(m.raw(), other.raw()))
}

// Variance is M2 / (Count - correction): correction 0 for the biased, 1 for the unbiased variance.
func (m *Moments) Variance(correction float64) (float64, error) {
	var variance C.double
	err := finish(C.go_moments_variance(m.raw(), C.double(correction), &variance))
	return float64(variance), err
}
