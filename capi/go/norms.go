package unitvar

// #include "shims.h"
import "C"

// Moments along axes, normalisation layers, activations, the linear layer and their gradients, as PyTorch has them.
// Tensors that unitvar.h marks with "?" may be nil; y may be x, and a gradient of x may be x or the gradient of y.

// MeanVar writes mean and variance of x along axes, nil for all of them; an empty list is none of them. Negative axes
// count from the last dimension; mean and variance may be nil.
func MeanVar(x *Tensor, axes []int32, correction float64, mean, variance *Tensor) error {
	return finish(C.go_mean_var(x.raw(), axisList(axes), length(len(axes)), C.double(correction), mean.raw(),
		variance.raw()))
}

// axisList is what C takes: an address for a list, even an empty one, and NULL for all.
func axisList(axes []int32) *C.int32_t {
	first, _ := begin(axes)
	if axes != nil && first == nil {
		first = new(int32)
	}
	return (*C.int32_t)(first)
}

// LayerNorm normalises the last normalizedNDim dimensions.
func LayerNorm(x *Tensor, normalizedNDim int32, weight, bias *Tensor, eps float64, y, mean, rstd *Tensor) error {
	return finish(C.go_layer_norm(x.raw(), C.int32_t(normalizedNDim), weight.raw(), bias.raw(), C.double(eps),
		y.raw(), mean.raw(), rstd.raw()))
}

// RMSNorm divides by the root of the mean of squares of the last normalizedNDim dimensions.
func RMSNorm(x *Tensor, normalizedNDim int32, weight *Tensor, eps float64, y, rstd *Tensor) error {
	return finish(C.go_rms_norm(x.raw(), C.int32_t(normalizedNDim), weight.raw(), C.double(eps), y.raw(), rstd.raw()))
}

// LayerNormResidual is LayerNorm of x + residual, which is rounded first and which sum gets; sum and y may be x and
// residual, each another one.
func LayerNormResidual(x, residual *Tensor, normalizedNDim int32, weight, bias *Tensor, eps float64,
	sum, y, mean, rstd *Tensor) error {
	return finish(C.go_layer_norm_residual(x.raw(), residual.raw(), C.int32_t(normalizedNDim), weight.raw(), bias.raw(),
		C.double(eps), sum.raw(), y.raw(), mean.raw(), rstd.raw()))
}

// RMSNormResidual is RMSNorm of x + residual, as LayerNormResidual.
func RMSNormResidual(x, residual *Tensor, normalizedNDim int32, weight *Tensor, eps float64,
	sum, y, rstd *Tensor) error {
	return finish(C.go_rms_norm_residual(x.raw(), residual.raw(), C.int32_t(normalizedNDim), weight.raw(),
		C.double(eps), sum.raw(), y.raw(), rstd.raw()))
}

// LayerNormAxes normalises along axes, nil for all of them; negative ones count from the last dimension. weight and bias
// have the lengths of those dimensions in the order of x.
func LayerNormAxes(x *Tensor, axes []int32, weight, bias *Tensor, eps float64, y, mean, rstd *Tensor) error {
	return finish(C.go_layer_norm_axes(x.raw(), axisList(axes), length(len(axes)), weight.raw(), bias.raw(),
		C.double(eps), y.raw(), mean.raw(), rstd.raw()))
}

// RMSNormAxes is RMSNorm along axes, as LayerNormAxes.
func RMSNormAxes(x *Tensor, axes []int32, weight *Tensor, eps float64, y, rstd *Tensor) error {
	return finish(C.go_rms_norm_axes(x.raw(), axisList(axes), length(len(axes)), weight.raw(), C.double(eps), y.raw(),
		rstd.raw()))
}

// LayerNormGiven is LayerNorm with statistics that are given: nothing is reduced.
func LayerNormGiven(x *Tensor, normalizedNDim int32, mean, rstd, weight, bias, y *Tensor) error {
	return finish(C.go_layer_norm_given(x.raw(), C.int32_t(normalizedNDim), mean.raw(), rstd.raw(), weight.raw(),
		bias.raw(), y.raw()))
}

// GroupNorm normalises groups of channels of each image.
func GroupNorm(x *Tensor, groups int64, weight, bias *Tensor, eps float64, y, mean, rstd *Tensor) error {
	return finish(C.go_group_norm(x.raw(), C.int64_t(groups), weight.raw(), bias.raw(), C.double(eps), y.raw(),
		mean.raw(), rstd.raw()))
}

// BatchNorm normalises channels over all images.
func BatchNorm(x, weight, bias, runningMean, runningVar *Tensor, numBatchesTracked *int64, training bool,
	momentum, eps float64, y, saveMean, saveRstd *Tensor) error {
	return finish(C.go_batch_norm(x.raw(), weight.raw(), bias.raw(), runningMean.raw(), runningVar.raw(),
		(*C.int64_t)(numBatchesTracked), truth(training), C.double(momentum), C.double(eps), y.raw(), saveMean.raw(),
		saveRstd.raw()))
}

// BatchMoments gives moments those of each channel of one part of a batch that lies in several places. BatchNormGiven
// takes those of all parts, one after the other.
func BatchMoments(x *Tensor, moments []Moments) error {
	raw := make([]C.unitvar_wide_moments, len(moments)+1)
	if err := finish(C.go_batch_moments(x.raw(), &raw[0], C.size_t(len(moments)))); err != nil {
		return err
	}
	for i := range moments {
		moments[i] = momentsOf(&raw[i])
	}
	return nil
}

// rawMoments are what C takes, and one more, so that there is an address.
func rawMoments(moments []Moments) []C.unitvar_wide_moments {
	raw := make([]C.unitvar_wide_moments, len(moments)+1)
	for i, m := range moments {
		raw[i] = m.raw()
	}
	return raw
}

// BatchNormGiven is BatchNorm in training of one part of a batch, from the moments of all parts, which are merged in
// their order. x may have no images; it records the running statistics all the same.
func BatchNormGiven(x, weight, bias *Tensor, moments []Moments, runningMean, runningVar *Tensor,
	numBatchesTracked *int64, momentum, eps float64, y, saveMean, saveRstd *Tensor) error {
	raw := rawMoments(moments)
	return finish(C.go_batch_norm_given(x.raw(), weight.raw(), bias.raw(), &raw[0], C.size_t(len(moments)),
		runningMean.raw(), runningVar.raw(), (*C.int64_t)(numBatchesTracked), C.double(momentum), C.double(eps), y.raw(),
		saveMean.raw(), saveRstd.raw()))
}

// InstanceNorm normalises each channel of each image.
func InstanceNorm(x, weight, bias, runningMean, runningVar *Tensor, useInputStats bool, momentum, eps float64,
	y *Tensor) error {
	return finish(C.go_instance_norm(x.raw(), weight.raw(), bias.raw(), runningMean.raw(), runningVar.raw(),
		truth(useInputStats), C.double(momentum), C.double(eps), y.raw()))
}

// LayerNormActivation is LayerNorm and then an activation of y, in one pass and with the bits of both: ReLU, LeakyReLU, which
// alone looks at the slope, or Linear for none. So the ones below. Gradients are those of the activation with y for x, where
// a slope is at least 0, and then those of the norm.
func LayerNormActivation(x *Tensor, normalizedNDim int32, weight, bias *Tensor, eps float64, n Nonlinearity,
	negativeSlope float64, y, mean, rstd *Tensor) error {
	return finish(C.go_layer_norm_activation(x.raw(), C.int32_t(normalizedNDim), weight.raw(), bias.raw(), C.double(eps),
		C.int32_t(n), C.double(negativeSlope), y.raw(), mean.raw(), rstd.raw()))
}

// RMSNormActivation is RMSNorm and an activation.
func RMSNormActivation(x *Tensor, normalizedNDim int32, weight *Tensor, eps float64, n Nonlinearity,
	negativeSlope float64, y, rstd *Tensor) error {
	return finish(C.go_rms_norm_activation(x.raw(), C.int32_t(normalizedNDim), weight.raw(), C.double(eps),
		C.int32_t(n), C.double(negativeSlope), y.raw(), rstd.raw()))
}

// GroupNormActivation is GroupNorm and an activation.
func GroupNormActivation(x *Tensor, groups int64, weight, bias *Tensor, eps float64, n Nonlinearity,
	negativeSlope float64, y, mean, rstd *Tensor) error {
	return finish(C.go_group_norm_activation(x.raw(), C.int64_t(groups), weight.raw(), bias.raw(), C.double(eps),
		C.int32_t(n), C.double(negativeSlope), y.raw(), mean.raw(), rstd.raw()))
}

// BatchNormActivation is BatchNorm and an activation.
func BatchNormActivation(x, weight, bias, runningMean, runningVar *Tensor, numBatchesTracked *int64, training bool,
	momentum, eps float64, n Nonlinearity, negativeSlope float64, y, saveMean, saveRstd *Tensor) error {
	return finish(C.go_batch_norm_activation(x.raw(), weight.raw(), bias.raw(), runningMean.raw(), runningVar.raw(),
		(*C.int64_t)(numBatchesTracked), truth(training), C.double(momentum), C.double(eps), C.int32_t(n),
		C.double(negativeSlope), y.raw(), saveMean.raw(), saveRstd.raw()))
}

// BatchNormGivenActivation is BatchNormGiven and an activation.
func BatchNormGivenActivation(x, weight, bias *Tensor, moments []Moments, runningMean, runningVar *Tensor,
	numBatchesTracked *int64, momentum, eps float64, n Nonlinearity, negativeSlope float64,
	y, saveMean, saveRstd *Tensor) error {
	raw := rawMoments(moments)
	return finish(C.go_batch_norm_given_activation(x.raw(), weight.raw(), bias.raw(), &raw[0], C.size_t(len(moments)),
		runningMean.raw(), runningVar.raw(), (*C.int64_t)(numBatchesTracked), C.double(momentum), C.double(eps),
		C.int32_t(n), C.double(negativeSlope), y.raw(), saveMean.raw(), saveRstd.raw()))
}

// InstanceNormActivation is InstanceNorm and an activation.
func InstanceNormActivation(x, weight, bias, runningMean, runningVar *Tensor, useInputStats bool, momentum, eps float64,
	n Nonlinearity, negativeSlope float64, y *Tensor) error {
	return finish(C.go_instance_norm_activation(x.raw(), weight.raw(), bias.raw(), runningMean.raw(), runningVar.raw(),
		truth(useInputStats), C.double(momentum), C.double(eps), C.int32_t(n), C.double(negativeSlope), y.raw()))
}

// SwitchableNorm mixes instance, layer and batch statistics by the softmax of three logits each.
func SwitchableNorm(x, weight, bias *Tensor, meanLogits, varLogits [3]float64, runningMean, runningVar *Tensor,
	training bool, momentum, eps float64, y *Tensor) error {
	return finish(C.go_switchable_norm(x.raw(), weight.raw(), bias.raw(), (*C.double)(&meanLogits[0]),
		(*C.double)(&varLogits[0]), runningMean.raw(), runningVar.raw(), truth(training), C.double(momentum),
		C.double(eps), y.raw()))
}

// LocalResponseNorm divides by a power of the squares of neighbouring channels.
func LocalResponseNorm(x *Tensor, size int64, alpha, beta, k float64, y *Tensor) error {
	return finish(C.go_local_response_norm(x.raw(), C.int64_t(size), C.double(alpha), C.double(beta), C.double(k),
		y.raw()))
}

// LocalResponseNormWindow is LocalResponseNorm over the channels c - before to c + after, whose sum is divided by size.
func LocalResponseNormWindow(x *Tensor, before, after, size int64, alpha, beta, k float64, y *Tensor) error {
	return finish(C.go_local_response_norm_window(x.raw(), C.int64_t(before), C.int64_t(after), C.int64_t(size),
		C.double(alpha), C.double(beta), C.double(k), y.raw()))
}

// LayerNormBackward writes the gradients of LayerNorm.
func LayerNormBackward(gradY, x *Tensor, normalizedNDim int32, mean, rstd, weight, gradX, gradWeight,
	gradBias *Tensor) error {
	return finish(C.go_layer_norm_backward(gradY.raw(), x.raw(), C.int32_t(normalizedNDim), mean.raw(),
		rstd.raw(), weight.raw(), gradX.raw(), gradWeight.raw(), gradBias.raw()))
}

// RMSNormBackward writes the gradients of RMSNorm.
func RMSNormBackward(gradY, x *Tensor, normalizedNDim int32, rstd, weight, gradX, gradWeight *Tensor) error {
	return finish(C.go_rms_norm_backward(gradY.raw(), x.raw(), C.int32_t(normalizedNDim), rstd.raw(),
		weight.raw(), gradX.raw(), gradWeight.raw()))
}

// LayerNormAxesBackward writes the gradients of LayerNormAxes.
func LayerNormAxesBackward(gradY, x *Tensor, axes []int32, mean, rstd, weight, gradX, gradWeight,
	gradBias *Tensor) error {
	return finish(C.go_layer_norm_axes_backward(gradY.raw(), x.raw(), axisList(axes), length(len(axes)), mean.raw(),
		rstd.raw(), weight.raw(), gradX.raw(), gradWeight.raw(), gradBias.raw()))
}

// RMSNormAxesBackward writes the gradients of RMSNormAxes.
func RMSNormAxesBackward(gradY, x *Tensor, axes []int32, rstd, weight, gradX, gradWeight *Tensor) error {
	return finish(C.go_rms_norm_axes_backward(gradY.raw(), x.raw(), axisList(axes), length(len(axes)), rstd.raw(),
		weight.raw(), gradX.raw(), gradWeight.raw()))
}

// GroupNormBackward writes the gradients of GroupNorm.
func GroupNormBackward(gradY, x *Tensor, groups int64, mean, rstd, weight, gradX, gradWeight,
	gradBias *Tensor) error {
	return finish(C.go_group_norm_backward(gradY.raw(), x.raw(), C.int64_t(groups), mean.raw(), rstd.raw(),
		weight.raw(), gradX.raw(), gradWeight.raw(), gradBias.raw()))
}

// BatchNormBackward writes the gradients of BatchNorm.
func BatchNormBackward(gradY, x, mean, rstd, weight *Tensor, training bool, gradX, gradWeight,
	gradBias *Tensor) error {
	return finish(C.go_batch_norm_backward(gradY.raw(), x.raw(), mean.raw(), rstd.raw(), weight.raw(),
		truth(training), gradX.raw(), gradWeight.raw(), gradBias.raw()))
}

// BatchGradientSums are what the gradients of a channel of BatchNormGiven need of a part of the batch. Those of two parts
// are added member by member.
type BatchGradientSums struct {
	Count    float64
	Gradient float64 // sum of the gradient of y
	Product  float64 // sum of that times x - mean
}

// BatchNormBackwardSums gives sums those of each channel of one part of the batch.
func BatchNormBackwardSums(gradY, x, mean *Tensor, sums []BatchGradientSums) error {
	raw := make([]C.unitvar_batch_gradient_sums, len(sums)+1)
	err := finish(C.go_batch_norm_backward_sums(gradY.raw(), x.raw(), mean.raw(), &raw[0], C.size_t(len(sums))))
	if err != nil {
		return err
	}
	for i := range sums {
		sums[i] = BatchGradientSums{float64(raw[i].count), float64(raw[i].gradient), float64(raw[i].product)}
	}
	return nil
}

// BatchNormBackwardGiven writes the gradients of BatchNormGiven from the sums of all parts, one after the other, or from
// their total.
func BatchNormBackwardGiven(gradY, x, mean, rstd, weight *Tensor, sums []BatchGradientSums, gradX, gradWeight,
	gradBias *Tensor) error {
	raw := make([]C.unitvar_batch_gradient_sums, len(sums)+1)
	for i, s := range sums {
		raw[i].count, raw[i].gradient, raw[i].product = C.double(s.Count), C.double(s.Gradient), C.double(s.Product)
	}
	return finish(C.go_batch_norm_backward_given(gradY.raw(), x.raw(), mean.raw(), rstd.raw(), weight.raw(), &raw[0],
		C.size_t(len(sums)), gradX.raw(), gradWeight.raw(), gradBias.raw()))
}

// SwitchableNormBackward writes the gradients of SwitchableNorm, which takes the statistics of x again; those of the
// logits may be nil.
func SwitchableNormBackward(gradY, x, weight *Tensor, meanLogits, varLogits [3]float64, runningMean,
	runningVar *Tensor, training bool, eps float64, gradX, gradWeight, gradBias *Tensor, gradMeanLogits,
	gradVarLogits *[3]float64) error {
	three := func(logits *[3]float64) *C.double {
		if logits == nil {
			return nil
		}
		return (*C.double)(&logits[0])
	}
	return finish(C.go_switchable_norm_backward(gradY.raw(), x.raw(), weight.raw(), (*C.double)(&meanLogits[0]),
		(*C.double)(&varLogits[0]), runningMean.raw(), runningVar.raw(), truth(training), C.double(eps), gradX.raw(),
		gradWeight.raw(), gradBias.raw(), three(gradMeanLogits), three(gradVarLogits)))
}

// LocalResponseNormBackward writes the gradient of LocalResponseNorm.
func LocalResponseNormBackward(gradY, x *Tensor, size int64, alpha, beta, k float64, gradX *Tensor) error {
	return finish(C.go_local_response_norm_backward(gradY.raw(), x.raw(), C.int64_t(size), C.double(alpha),
		C.double(beta), C.double(k), gradX.raw()))
}

// LocalResponseNormWindowBackward writes the gradient of LocalResponseNormWindow.
func LocalResponseNormWindowBackward(gradY, x *Tensor, before, after, size int64, alpha, beta, k float64,
	gradX *Tensor) error {
	return finish(C.go_local_response_norm_window_backward(gradY.raw(), x.raw(), C.int64_t(before), C.int64_t(after),
		C.int64_t(size), C.double(alpha), C.double(beta), C.double(k), gradX.raw()))
}

// InstanceNormBackward writes the gradients of InstanceNorm.
func InstanceNormBackward(gradY, x, weight, runningMean, runningVar *Tensor, useInputStats bool, eps float64,
	gradX, gradWeight, gradBias *Tensor) error {
	return finish(C.go_instance_norm_backward(gradY.raw(), x.raw(), weight.raw(), runningMean.raw(),
		runningVar.raw(), truth(useInputStats), C.double(eps), gradX.raw(), gradWeight.raw(), gradBias.raw()))
}

// Dropout is x / (1 - p) with probability 1 - p, else 0, without a mask: the same elements stay whenever the generator is
// at the same position, so that backward is the same call on the gradient.
func Dropout(g *Generator, x *Tensor, p float64, y *Tensor) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_dropout(raw, x.raw(), C.double(p), y.raw()) })
}

// ApplyReLU is max(0, x).
func ApplyReLU(x, y *Tensor) error {
	return finish(C.go_relu(x.raw(), y.raw()))
}

// ApplyLeakyReLU has a slope below 0.
func ApplyLeakyReLU(x *Tensor, negativeSlope float64, y *Tensor) error {
	return finish(C.go_leaky_relu(x.raw(), C.double(negativeSlope), y.raw()))
}

// ApplyPReLU has a slope for each channel below 0.
func ApplyPReLU(x, weight, y *Tensor) error {
	return finish(C.go_prelu(x.raw(), weight.raw(), y.raw()))
}

// ApplyLinear is x weight^T + bias.
func ApplyLinear(x, weight, bias, y *Tensor) error {
	return finish(C.go_linear(x.raw(), weight.raw(), bias.raw(), y.raw()))
}

// ReLUBackward writes the gradients of ApplyReLU.
func ReLUBackward(gradY, x, gradX *Tensor) error {
	return finish(C.go_relu_backward(gradY.raw(), x.raw(), gradX.raw()))
}

// LeakyReLUBackward writes the gradients of ApplyLeakyReLU.
func LeakyReLUBackward(gradY, x *Tensor, negativeSlope float64, gradX *Tensor) error {
	return finish(C.go_leaky_relu_backward(gradY.raw(), x.raw(), C.double(negativeSlope), gradX.raw()))
}

// PReLUBackward writes the gradients of ApplyPReLU.
func PReLUBackward(gradY, x, weight, gradX, gradWeight *Tensor) error {
	return finish(C.go_prelu_backward(gradY.raw(), x.raw(), weight.raw(), gradX.raw(), gradWeight.raw()))
}

// LinearBackward writes the gradients of ApplyLinear.
func LinearBackward(gradY, x, weight, gradX, gradWeight, gradBias *Tensor) error {
	return finish(C.go_linear_backward(gradY.raw(), x.raw(), weight.raw(), gradX.raw(), gradWeight.raw(),
		gradBias.raw()))
}

func truth(b bool) C.int32_t {
	if b {
		return 1
	}
	return 0
}
