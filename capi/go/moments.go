package unitvar

// #include "shims.h"
import "C"

import "unsafe"

// Moments are count, mean and sum of squared deviations of a sequence; the zero value is the empty one. Goroutines that
// share them need a lock, as for any value; the race detector sees where it is missing.
type Moments struct {
	Count, Mean, M2 float64
}

func (m Moments) raw() C.unitvar_moments {
	return C.unitvar_moments{count: C.double(m.Count), mean: C.double(m.Mean), m2: C.double(m.M2)}
}

// change lets C change a copy: Go itself then reads and writes m, where the race detector looks.
func (m *Moments) change(f func(raw *C.unitvar_moments) C.outcome) error {
	if m == nil {
		return invalid("m is nil, expected Moments")
	}
	raw := m.raw()
	if err := finish(f(&raw)); err != nil {
		return err
	}
	*m = Moments{float64(raw.count), float64(raw.mean), float64(raw.m2)}
	return nil
}

// Update appends elements to m's sequence.
func Update[T Float](m *Moments, x []T) error {
	p, n := begin(x)
	return m.change(func(raw *C.unitvar_moments) C.outcome {
		if isF32[T]() {
			return C.go_moments_update_f32(raw, (*C.float)(unsafe.Pointer(p)), n)
		}
		return C.go_moments_update_f64(raw, (*C.double)(unsafe.Pointer(p)), n)
	})
}

// Merge appends another sequence.
func (m *Moments) Merge(other Moments) error {
	raw := other.raw()
	return m.change(func(into *C.unitvar_moments) C.outcome { return C.go_moments_merge(into, &raw) })
}

// Variance is M2 / (Count - correction): correction 0 for the biased, 1 for the unbiased variance.
func (m *Moments) Variance(correction float64) (float64, error) {
	if m == nil {
		return 0, invalid("m is nil, expected Moments")
	}
	raw := m.raw()
	var variance C.double
	err := finish(C.go_moments_variance(&raw, C.double(correction), &variance))
	return float64(variance), err
}
