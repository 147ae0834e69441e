package unitvar

// #include "shims.h"
import "C"

import "unsafe"

// Moments are count, mean and sum of squared deviations of a sequence, without cancellation, however many parts it
// comes in; the zero value is the empty one. Goroutines that share them need a lock, as for any value; the race
// detector sees where it is missing.
type Moments struct {
	Count, Mean float64
	M2          float64 // infinite, or 0, where it is no float64
	meanLow     float64 // what Mean lacks, times prescale
	scaledM2    float64 // M2 times prescale^2, where prescale is not 0
	prescale    float64 // that of C's unitvar_wide_moments; 0 for 1
}

func (m Moments) raw() C.unitvar_wide_moments {
	prescale, m2 := 1.0, m.M2
	if m.prescale != 0 {
		prescale, m2 = m.prescale, m.scaledM2
	}
	return C.unitvar_wide_moments{count: C.double(m.Count), mean: C.double(m.Mean * prescale),
		mean_low: C.double(m.meanLow), m2: C.double(m2), prescale: C.double(prescale)}
}

func momentsOf(raw *C.unitvar_wide_moments) Moments {
	m := Moments{Count: float64(raw.count), Mean: float64(raw.mean), M2: float64(raw.m2), meanLow: float64(raw.mean_low)}
	if p := float64(raw.prescale); p != 1 && m.Count != 0 {
		m.scaledM2, m.prescale = m.M2, p
		m.Mean, m.M2 = m.Mean/p, m.M2/p/p
	}
	return m
}

// change lets C change a copy: Go itself then reads and writes m, where the race detector looks.
func (m *Moments) change(f func(raw *C.unitvar_wide_moments) C.outcome) error {
	if m == nil {
		return invalid("m is nil, expected Moments")
	}
	raw := m.raw()
	if err := finish(f(&raw)); err != nil {
		return err
	}
	*m = momentsOf(&raw)
	return nil
}

// Update appends elements to m's sequence.
func Update[T Float](m *Moments, x []T) error {
	p, n := begin(x)
	return m.change(func(raw *C.unitvar_wide_moments) C.outcome {
		if isF32[T]() {
			return C.go_wide_moments_update_f32(raw, (*C.float)(unsafe.Pointer(p)), n)
		}
		return C.go_wide_moments_update_f64(raw, (*C.double)(unsafe.Pointer(p)), n)
	})
}

// UpdateTensor appends the elements of a tensor of floats, of any strides, in the order of their indices.
func (m *Moments) UpdateTensor(x *Tensor) error {
	return m.change(func(raw *C.unitvar_wide_moments) C.outcome { return C.go_wide_moments_update(raw, x.raw()) })
}

// Merge appends another sequence.
func (m *Moments) Merge(other Moments) error {
	raw := other.raw()
	return m.change(func(into *C.unitvar_wide_moments) C.outcome { return C.go_wide_moments_merge(into, &raw) })
}

// Average is Mean, or NaN for the empty sequence.
func (m *Moments) Average() (float64, error) {
	if m == nil {
		return 0, invalid("m is nil, expected Moments")
	}
	raw := m.raw()
	var mean C.double
	err := finish(C.go_wide_moments_mean(&raw, &mean))
	return float64(mean), err
}

// Variance is M2 / (Count - correction): correction 0 for the biased, 1 for the unbiased variance.
func (m *Moments) Variance(correction float64) (float64, error) {
	if m == nil {
		return 0, invalid("m is nil, expected Moments")
	}
	raw := m.raw()
	var variance C.double
	err := finish(C.go_wide_moments_variance(&raw, C.double(correction), &variance))
	return float64(variance), err
}

// PlainMoments are C's unitvar_moments, for programs that exchange them with others. Each update and merge rounds their
// mean, which Moments do not.
type PlainMoments struct {
	Count, Mean, M2 float64
}

func (m PlainMoments) raw() C.unitvar_moments {
	return C.unitvar_moments{count: C.double(m.Count), mean: C.double(m.Mean), m2: C.double(m.M2)}
}

func (m *PlainMoments) change(f func(raw *C.unitvar_moments) C.outcome) error {
	if m == nil {
		return invalid("m is nil, expected PlainMoments")
	}
	raw := m.raw()
	if err := finish(f(&raw)); err != nil {
		return err
	}
	*m = PlainMoments{float64(raw.count), float64(raw.mean), float64(raw.m2)}
	return nil
}

// UpdatePlain appends elements to m's sequence.
func UpdatePlain[T Float](m *PlainMoments, x []T) error {
	p, n := begin(x)
	return m.change(func(raw *C.unitvar_moments) C.outcome {
		if isF32[T]() {
			return C.go_moments_update_f32(raw, (*C.float)(unsafe.Pointer(p)), n)
		}
		return C.go_moments_update_f64(raw, (*C.double)(unsafe.Pointer(p)), n)
	})
}

// UpdateTensor appends the elements of a tensor of floats, of any strides, in the order of their indices.
func (m *PlainMoments) UpdateTensor(x *Tensor) error {
	return m.change(func(raw *C.unitvar_moments) C.outcome { return C.go_moments_update(raw, x.raw()) })
}

// Merge appends another sequence.
func (m *PlainMoments) Merge(other PlainMoments) error {
	raw := other.raw()
	return m.change(func(into *C.unitvar_moments) C.outcome { return C.go_moments_merge(into, &raw) })
}

// Variance is M2 / (Count - correction): correction 0 for the biased, 1 for the unbiased variance.
func (m *PlainMoments) Variance(correction float64) (float64, error) {
	if m == nil {
		return 0, invalid("m is nil, expected PlainMoments")
	}
	raw := m.raw()
	var variance C.double
	err := finish(C.go_moments_variance(&raw, C.double(correction), &variance))
	return float64(variance), err
}
