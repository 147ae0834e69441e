package unitvar

// #include "shims.h"
import "C"

// TorchLinearReset writes what nn.Linear constructs, with a generator of TorchMT19937: weight [out, in], then bias
// [out], which is nil for bias=False.
func TorchLinearReset(g *Generator, weight, bias *Tensor) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_torch_linear_reset(raw, weight.raw(), bias.raw()) })
}

// TorchConvReset writes what nn.Conv1d to nn.Conv3d and their transposed kinds construct; bias may be nil.
func TorchConvReset(g *Generator, weight, bias *Tensor) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_torch_conv_reset(raw, weight.raw(), bias.raw()) })
}

// TorchEmbeddingReset writes what nn.Embedding constructs: weight [count, dim].
func TorchEmbeddingReset(g *Generator, weight *Tensor) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_torch_embedding_reset(raw, weight.raw()) })
}

// TorchRandom writes what t.random_() writes: integers from 0 on, as far as the element type counts.
func TorchRandom(g *Generator, t *Tensor) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_torch_random(raw, t.raw()) })
}

// TorchRandint writes what t.random_(low, high) and torch.randint write: integers of [low, high).
func TorchRandint(g *Generator, t *Tensor, low, high int64) error {
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_torch_randint(raw, t.raw(), C.int64_t(low), C.int64_t(high))
	})
}

// TorchBernoulli writes 1 with the probability p, else 0. Dropout of q has the mask of p = 1 - q.
func TorchBernoulli(g *Generator, t *Tensor, p float64) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_torch_bernoulli(raw, t.raw(), C.double(p)) })
}

// TorchGeometric writes how many trials of probability p the first success takes.
func TorchGeometric(g *Generator, t *Tensor, p float64) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_torch_geometric(raw, t.raw(), C.double(p)) })
}

// TorchExponential writes exponentials of the rate lambda.
func TorchExponential(g *Generator, t *Tensor, lambda float64) error {
	return g.call(func(raw *C.generator) C.outcome { return C.go_torch_exponential(raw, t.raw(), C.double(lambda)) })
}

// TorchLogNormal writes exponentials of normals of mean and std.
func TorchLogNormal(g *Generator, t *Tensor, mean, std float64) error {
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_torch_log_normal(raw, t.raw(), C.double(mean), C.double(std))
	})
}

// TorchCauchy writes draws of the Cauchy distribution.
func TorchCauchy(g *Generator, t *Tensor, median, sigma float64) error {
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_torch_cauchy(raw, t.raw(), C.double(median), C.double(sigma))
	})
}

// TorchMultinomial draws categories by weights [n] or [rows, n] into samples of int64, [k] or [rows, k], with or without
// replacement.
func TorchMultinomial(g *Generator, weights *Tensor, replacement bool, samples *Tensor) error {
	return g.call(func(raw *C.generator) C.outcome {
		return C.go_torch_multinomial(raw, weights.raw(), truth(replacement), samples.raw())
	})
}
