package unitvar

// Five are the members of C's unitvar_wide_moments, for data whose scale is 1.
func (m Moments) Five() [5]float64 {
	return [5]float64{m.Count, m.Mean, m.meanLow, m.M2, 1}
}
