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
