package unitvar_test

import (
	"math"
	"testing"

	"unitvar"
)

// layerBuffers are what functions.c draws for norms and activations, and what a sum is of.
type layerBuffers struct {
	x, gradY, w, b                                       []float32
	y, mean, rstd, gradW, gradB, runningMean, runningVar []float32
	batches                                              int64
}

const eps, momentum = 1e-5, 0.1

func norms(call func(l *layerBuffers) error) []byte {
	g := pcg32()
	normals := func(n int) []float32 {
		x := make([]float32, n)
		must(unitvar.Normal(g, x, 0, 1))
		return x
	}
	l := layerBuffers{x: normals(120), gradY: normals(120), w: normals(30), b: normals(30)}
	l.y, l.mean, l.rstd = make([]float32, 120), make([]float32, 24), make([]float32, 24)
	l.gradW, l.gradB = make([]float32, 30), make([]float32, 30)
	l.runningMean, l.runningVar = make([]float32, 6), []float32{1, 1, 1, 1, 1, 1}
	must(call(&l))
	return littleEndian(l.y, l.mean, l.rstd, l.gradW, l.gradB, l.runningMean, l.runningVar, l.batches)
}

// of gives the tensor of the first elements.
func of(data []float32, shape ...int) *unitvar.Tensor {
	n := 1
	for _, length := range shape {
		n *= length
	}
	return value(unitvar.NewTensor(data[:n], shape...))
}

func whole(data []float32) *unitvar.Tensor { return of(data, 4, 6, 5) }

// half is one of two parts of two images each.
func half(data []float32, i int) *unitvar.Tensor { return of(data[60*i:], 2, 6, 5) }

func momentsOfHalves(l *layerBuffers) []unitvar.Moments {
	moments := make([]unitvar.Moments, 12)
	for i := 0; i < 2; i++ {
		must(unitvar.BatchMoments(half(l.x, i), moments[6*i:6*i+6]))
	}
	return moments
}

func sumsOfHalves(l *layerBuffers) []unitvar.BatchGradientSums {
	must(unitvar.BatchNorm(whole(l.x), nil, nil, nil, nil, nil, true, momentum, eps, whole(l.y), of(l.mean, 6),
		of(l.rstd, 6)))
	sums := make([]unitvar.BatchGradientSums, 12)
	for i := 0; i < 2; i++ {
		must(unitvar.BatchNormBackwardSums(half(l.gradY, i), half(l.x, i), of(l.mean, 6), sums[6*i:6*i+6]))
	}
	return sums
}

var layers = map[string]func(l *layerBuffers) error{
	"mean_var": func(l *layerBuffers) error {
		return unitvar.MeanVar(whole(l.x), []int32{0, -1}, 1, of(l.mean, 6), of(l.rstd, 6))
	},
	"layer_norm": func(l *layerBuffers) error {
		return unitvar.LayerNorm(whole(l.x), 1, of(l.w, 5), of(l.b, 5), eps, whole(l.y), of(l.mean, 4, 6), of(l.rstd, 4, 6))
	},
	"rms_norm": func(l *layerBuffers) error {
		return unitvar.RMSNorm(whole(l.x), 1, of(l.w, 5), eps, whole(l.y), of(l.rstd, 4, 6))
	},
	"layer_norm_residual": func(l *layerBuffers) error {
		return unitvar.LayerNormResidual(whole(l.x), whole(l.gradY), 1, of(l.w, 5), of(l.b, 5), eps, whole(l.gradY),
			whole(l.y), of(l.mean, 4, 6), of(l.rstd, 4, 6))
	},
	"rms_norm_residual": func(l *layerBuffers) error {
		return unitvar.RMSNormResidual(whole(l.x), whole(l.gradY), 1, of(l.w, 5), eps, nil, whole(l.y), of(l.rstd, 4, 6))
	},
	"layer_norm_axes": func(l *layerBuffers) error {
		return unitvar.LayerNormAxes(whole(l.x), []int32{1}, of(l.w, 6), of(l.b, 6), eps, whole(l.y), of(l.mean, 4, 5),
			of(l.rstd, 4, 1, 5))
	},
	"rms_norm_axes": func(l *layerBuffers) error {
		return unitvar.RMSNormAxes(whole(l.x), []int32{1}, of(l.w, 6), eps, whole(l.y), of(l.rstd, 4, 5))
	},
	"layer_norm_given": func(l *layerBuffers) error {
		return unitvar.LayerNormGiven(whole(l.x), 1, of(l.gradY, 4, 6), of(l.w, 4, 6), of(l.w, 5), of(l.b, 5), whole(l.y))
	},
	"batch_norm_given": func(l *layerBuffers) error {
		return unitvar.BatchNormGiven(half(l.x, 1), of(l.w, 6), of(l.b, 6), momentsOfHalves(l), of(l.runningMean, 6),
			of(l.runningVar, 6), &l.batches, momentum, eps, half(l.y, 1), of(l.mean, 6), of(l.rstd, 6))
	},
	"batch_norm_backward_given": func(l *layerBuffers) error {
		sums := sumsOfHalves(l)
		return unitvar.BatchNormBackwardGiven(half(l.gradY, 1), half(l.x, 1), of(l.mean, 6), of(l.rstd, 6), of(l.w, 6),
			sums, half(l.y, 1), of(l.gradW, 6), of(l.gradB, 6))
	},
	"local_response_norm_window": func(l *layerBuffers) error {
		return unitvar.LocalResponseNormWindow(whole(l.x), 1, 2, 4, 1e-4, 0.75, 1, whole(l.y))
	},
	"local_response_norm_backward": func(l *layerBuffers) error {
		return unitvar.LocalResponseNormBackward(whole(l.gradY), whole(l.x), 3, 1e-4, 0.75, 1, whole(l.y))
	},
	"local_response_norm_window_backward": func(l *layerBuffers) error {
		return unitvar.LocalResponseNormWindowBackward(whole(l.gradY), whole(l.x), 1, 2, 4, 0.5, 0.6, 1, whole(l.y))
	},
	"layer_norm_axes_backward": func(l *layerBuffers) error {
		mean, rstd := of(l.mean, 4, 5), of(l.rstd, 4, 1, 5)
		must(unitvar.LayerNormAxes(whole(l.x), []int32{1}, nil, nil, eps, whole(l.y), mean, rstd))
		return unitvar.LayerNormAxesBackward(whole(l.gradY), whole(l.x), []int32{1}, mean, rstd, of(l.w, 6), whole(l.y),
			of(l.gradW, 6), of(l.gradB, 6))
	},
	"rms_norm_axes_backward": func(l *layerBuffers) error {
		rstd := of(l.rstd, 4, 5)
		must(unitvar.RMSNormAxes(whole(l.x), []int32{1}, nil, eps, whole(l.y), rstd))
		return unitvar.RMSNormAxesBackward(whole(l.gradY), whole(l.x), []int32{1}, rstd, of(l.w, 6), whole(l.y),
			of(l.gradW, 6))
	},
	"group_norm": func(l *layerBuffers) error {
		return unitvar.GroupNorm(whole(l.x), 3, of(l.w, 6), of(l.b, 6), eps, whole(l.y), of(l.mean, 4, 3), of(l.rstd, 4, 3))
	},
	"batch_norm": func(l *layerBuffers) error {
		return unitvar.BatchNorm(whole(l.x), of(l.w, 6), of(l.b, 6), of(l.runningMean, 6), of(l.runningVar, 6), &l.batches,
			true, momentum, eps, whole(l.y), of(l.mean, 6), of(l.rstd, 6))
	},
	"instance_norm": func(l *layerBuffers) error {
		return unitvar.InstanceNorm(whole(l.x), of(l.w, 6), of(l.b, 6), of(l.runningMean, 6), of(l.runningVar, 6), true,
			momentum, eps, whole(l.y))
	},
	"switchable_norm": func(l *layerBuffers) error {
		return unitvar.SwitchableNorm(whole(l.x), of(l.w, 6), of(l.b, 6), [3]float64{1, 0, -1}, [3]float64{0, -1, 2},
			of(l.runningMean, 6), of(l.runningVar, 6), true, momentum, eps, whole(l.y))
	},
	"layer_norm_activation": func(l *layerBuffers) error {
		return unitvar.LayerNormActivation(whole(l.x), 1, of(l.w, 5), of(l.b, 5), eps, unitvar.ReLU, 0, whole(l.y),
			of(l.mean, 4, 6), of(l.rstd, 4, 6))
	},
	"rms_norm_activation": func(l *layerBuffers) error {
		return unitvar.RMSNormActivation(whole(l.x), 1, of(l.w, 5), eps, unitvar.LeakyReLU, 0.01, whole(l.y),
			of(l.rstd, 4, 6))
	},
	"group_norm_activation": func(l *layerBuffers) error {
		return unitvar.GroupNormActivation(whole(l.x), 3, of(l.w, 6), of(l.b, 6), eps, unitvar.ReLU, 0, whole(l.y),
			of(l.mean, 4, 3), of(l.rstd, 4, 3))
	},
	"batch_norm_activation": func(l *layerBuffers) error {
		return unitvar.BatchNormActivation(whole(l.x), of(l.w, 6), of(l.b, 6), of(l.runningMean, 6), of(l.runningVar, 6),
			&l.batches, true, momentum, eps, unitvar.LeakyReLU, 0.2, whole(l.y), of(l.mean, 6), of(l.rstd, 6))
	},
	"batch_norm_given_activation": func(l *layerBuffers) error {
		return unitvar.BatchNormGivenActivation(half(l.x, 1), of(l.w, 6), of(l.b, 6), momentsOfHalves(l),
			of(l.runningMean, 6), of(l.runningVar, 6), &l.batches, momentum, eps, unitvar.ReLU, 0, half(l.y, 1),
			of(l.mean, 6), of(l.rstd, 6))
	},
	"instance_norm_activation": func(l *layerBuffers) error {
		return unitvar.InstanceNormActivation(whole(l.x), of(l.w, 6), of(l.b, 6), of(l.runningMean, 6),
			of(l.runningVar, 6), true, momentum, eps, unitvar.Linear, 0, whole(l.y))
	},
	"local_response_norm": func(l *layerBuffers) error {
		return unitvar.LocalResponseNorm(whole(l.x), 3, 1e-4, 0.75, 1, whole(l.y))
	},
	"dropout":    func(l *layerBuffers) error { return unitvar.Dropout(pcg32(), whole(l.x), 0.1, whole(l.y)) },
	"relu":       func(l *layerBuffers) error { return unitvar.ApplyReLU(whole(l.x), whole(l.y)) },
	"leaky_relu": func(l *layerBuffers) error { return unitvar.ApplyLeakyReLU(whole(l.x), 0.01, whole(l.y)) },
	"prelu":      func(l *layerBuffers) error { return unitvar.ApplyPReLU(whole(l.x), of(l.w, 6), whole(l.y)) },
	"linear": func(l *layerBuffers) error {
		return unitvar.ApplyLinear(whole(l.x), of(l.w, 3, 5), of(l.b, 3), of(l.y, 4, 6, 3))
	},
	"layer_norm_backward": func(l *layerBuffers) error {
		mean, rstd := of(l.mean, 4, 6), of(l.rstd, 4, 6)
		must(unitvar.LayerNorm(whole(l.x), 1, nil, nil, eps, whole(l.y), mean, rstd))
		return unitvar.LayerNormBackward(whole(l.gradY), whole(l.x), 1, mean, rstd, of(l.w, 5), whole(l.y), of(l.gradW, 5),
			of(l.gradB, 5))
	},
	"rms_norm_backward": func(l *layerBuffers) error {
		rstd := of(l.rstd, 4, 6)
		must(unitvar.RMSNorm(whole(l.x), 1, nil, eps, whole(l.y), rstd))
		return unitvar.RMSNormBackward(whole(l.gradY), whole(l.x), 1, rstd, of(l.w, 5), whole(l.y), of(l.gradW, 5))
	},
	"group_norm_backward": func(l *layerBuffers) error {
		mean, rstd := of(l.mean, 4, 3), of(l.rstd, 4, 3)
		must(unitvar.GroupNorm(whole(l.x), 3, nil, nil, eps, whole(l.y), mean, rstd))
		return unitvar.GroupNormBackward(whole(l.gradY), whole(l.x), 3, mean, rstd, of(l.w, 6), whole(l.y), of(l.gradW, 6),
			of(l.gradB, 6))
	},
	"batch_norm_backward": func(l *layerBuffers) error {
		mean, rstd := of(l.mean, 6), of(l.rstd, 6)
		must(unitvar.BatchNorm(whole(l.x), nil, nil, nil, nil, nil, true, momentum, eps, whole(l.y), mean, rstd))
		return unitvar.BatchNormBackward(whole(l.gradY), whole(l.x), mean, rstd, of(l.w, 6), true, whole(l.y),
			of(l.gradW, 6), of(l.gradB, 6))
	},
	"instance_norm_backward": func(l *layerBuffers) error {
		return unitvar.InstanceNormBackward(whole(l.gradY), whole(l.x), of(l.w, 6), nil, nil, true, eps, whole(l.y),
			of(l.gradW, 6), of(l.gradB, 6))
	},
	"relu_backward": func(l *layerBuffers) error {
		return unitvar.ReLUBackward(whole(l.gradY), whole(l.x), whole(l.y))
	},
	"leaky_relu_backward": func(l *layerBuffers) error {
		return unitvar.LeakyReLUBackward(whole(l.gradY), whole(l.x), 0.01, whole(l.y))
	},
	"prelu_backward": func(l *layerBuffers) error {
		return unitvar.PReLUBackward(whole(l.gradY), whole(l.x), of(l.w, 6), whole(l.y), of(l.gradW, 6))
	},
	"linear_backward": func(l *layerBuffers) error {
		return unitvar.LinearBackward(of(l.gradY, 4, 6, 3), whole(l.x), of(l.w, 3, 5), whole(l.y), of(l.gradW, 3, 5),
			of(l.gradB, 3))
	},
}

func init() {
	functions["batch_moments"] = func() (all []byte) {
		norms(func(l *layerBuffers) error {
			for _, m := range momentsOfHalves(l) {
				all = append(all, five(m)...)
			}
			return nil
		})
		return all
	}
	functions["batch_norm_backward_sums"] = func() (all []byte) {
		norms(func(l *layerBuffers) error {
			all = littleEndian(sumsOfHalves(l))
			return nil
		})
		return all
	}
	functions["switchable_norm_backward"] = func() []byte {
		var mean, variance [3]float64
		outputs := norms(func(l *layerBuffers) error {
			return unitvar.SwitchableNormBackward(whole(l.gradY), whole(l.x), of(l.w, 6), [3]float64{1, 0, -1},
				[3]float64{0, -1, 2}, nil, nil, true, eps, whole(l.y), of(l.gradW, 6), of(l.gradB, 6), &mean, &variance)
		})
		return append(outputs, littleEndian(mean, variance)...)
	}
	normals := func() *unitvar.Tensor {
		t := value(unitvar.NewTensor(make([]float32, 576), 16, 12, 3))
		must(unitvar.InitNormal(pcg32(), t, 0, 1))
		return t
	}
	functions["moments_update"] = func() []byte {
		var m unitvar.PlainMoments
		must(m.UpdateTensor(normals()))
		return littleEndian(m)
	}
	functions["wide_moments_update"] = func() []byte {
		var m unitvar.Moments
		must(m.UpdateTensor(normals()))
		return five(m)
	}
	for name, call := range layers {
		call := call
		functions[name] = func() []byte { return norms(call) }
	}
}

func TestLayersWorkInPlaceAndRefuseWhatDoesNotFit(t *testing.T) {
	x := make([]float32, 12)
	must(unitvar.Normal(pcg32(), x, 5, 3))
	refused(t, unitvar.LayerNorm(of(x, 3, 4), 1, of(x, 3), nil, 0, of(x, 3, 4), nil, nil), unitvar.InvalidArgument)
	refused(t, unitvar.LayerNorm(of(x, 3, 4), 1, nil, nil, math.NaN(), of(x, 3, 4), nil, nil), unitvar.InvalidArgument,
		"eps")
	refused(t, unitvar.MeanVar(of(x, 3, 4), []int32{2}, 1, nil, nil), unitvar.InvalidArgument)
	refused(t, unitvar.ApplyReLU(nil, of(x, 3, 4)), unitvar.InvalidArgument, "x")
	y := make([]float32, 12)
	must(unitvar.LayerNorm(of(x, 3, 4), 1, nil, nil, 0, of(y, 3, 4), nil, nil))
	must(unitvar.LayerNorm(of(x, 3, 4), 1, nil, nil, 0, of(x, 3, 4), nil, nil))
	for i := range x {
		if x[i] != y[i] {
			t.Fatal(i, x[i], y[i])
		}
	}
}
