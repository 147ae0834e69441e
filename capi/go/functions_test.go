package unitvar_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"sort"
	"strings"
	"testing"

	"unitvar"
)

// Calls every function of the C API by way of this package and compares the SHA-256 of what it gives with
// tests/golden/functions-v1.sha256. tests/consumers/functions.c says what is called with which arguments.
// UNITVAR_EXPORTS names a file with the names that the library exports: each must have a case here.

const count, large = 1003, 1000003

// must ends the case that it is in.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func value[T any](x T, err error) T {
	must(err)
	return x
}

// littleEndian gives the bytes of numbers, or of slices and structs of them.
func littleEndian(values ...any) []byte {
	var b bytes.Buffer
	for _, x := range values {
		must(binary.Write(&b, binary.LittleEndian, x))
	}
	return b.Bytes()
}

func expect(condition bool, values ...any) []byte {
	if !condition {
		panic(fmt.Sprint(values...))
	}
	return []byte{1}
}

func pcg32() *unitvar.Generator { return value(unitvar.New(unitvar.PCG32, 42)) }

func words(g *unitvar.Generator) []byte {
	x := make([]uint32, count)
	must(unitvar.BitsU32(g, x))
	must(g.Close())
	return littleEndian(x)
}

func sample[T any](n int, fill func(g *unitvar.Generator, x []T) error) []byte {
	x := make([]T, n)
	g := pcg32()
	must(fill(g, x))
	must(g.Close())
	return littleEndian(x)
}

func initialize(shape []int, f func(g *unitvar.Generator, t *unitvar.Tensor) error) []byte {
	n := 1
	for _, length := range shape {
		n *= length
	}
	x := make([]float32, n)
	g := pcg32()
	must(f(g, value(unitvar.NewTensor(x, shape...))))
	must(g.Close())
	return littleEndian(x)
}

func filters(f func(g *unitvar.Generator, t *unitvar.Tensor) error) []byte {
	return initialize([]int{16, 12, 3}, f)
}

func matrix(f func(g *unitvar.Generator, t *unitvar.Tensor) error) []byte {
	return initialize([]int{16, 12}, f)
}

func version() []byte {
	v := unitvar.Version()
	text := fmt.Sprintf("%d.%d.%d", v/10000, v/100%100, v%100)
	return expect(text == unitvar.VersionString(), text, unitvar.VersionString())
}

func setISA() []byte {
	before := unitvar.ISA()
	must(unitvar.SetISA("scalar"))
	expect(unitvar.ISA() == "scalar", unitvar.ISA())
	sum := words(pcg32())
	must(unitvar.SetISA(before))
	return sum
}

func numThreads() []byte {
	must(unitvar.SetNumThreads(3))
	n := unitvar.NumThreads()
	must(unitvar.SetNumThreads(0))
	expect(unitvar.NumThreads() >= 1, unitvar.NumThreads())
	return littleEndian(int32(n))
}

func constants[T ~int32](fromName func(string) (T, error), names ...string) []byte {
	var sum []byte
	for _, name := range names {
		sum = append(sum, littleEndian(value(fromName(name)))...)
	}
	return sum
}

func kindNames() (names []string) {
	for kind := unitvar.Kind(1); kind <= 16; kind++ { // which the sums are of
		names = append(names, kind.String())
	}
	return names
}

func lastError() []byte {
	_, err := unitvar.New(99, 42)
	var e *unitvar.Error
	return expect(errors.As(err, &e) && strings.Contains(e.Message, "engine") && strings.Contains(e.Message, "99"), err)
}

func statusNames() []byte {
	names := ""
	for _, status := range []unitvar.Status{0, 10, 20, 30, 40, 50, 90, 7} {
		names += status.Error() + "\n"
	}
	return []byte(names)
}

func atBlock(block uint64) *unitvar.Generator {
	g := pcg32()
	must(g.Seek(block))
	return g
}

func after(n int) *unitvar.Generator {
	g := pcg32()
	must(unitvar.BitsU32(g, make([]uint32, n)))
	return g
}

func gains() []byte {
	var sum []byte
	for n := unitvar.Linear; n <= unitvar.SELU; n++ {
		sum = append(sum, littleEndian(value(unitvar.Gain(n)))...)
	}
	return sum
}

func fans() []byte {
	in, out, err := value(unitvar.NewTensor(make([]float32, 576), 16, 12, 3)).Fans()
	must(err)
	return littleEndian(in, out)
}

func values() []byte {
	x := make([]float64, 12)
	for i := range x {
		x[i] = float64(i) / 7
	}
	return filters(func(_ generator, t tensor) error {
		return unitvar.InitValues(t, value(unitvar.NewTensor(x, 12, 1)))
	})
}

func fansInLayout() []byte {
	t := value(unitvar.NewTensor(make([]float32, 576), 16, 12, 3))
	in, out, err := t.FansInLayout(unitvar.OutInK, 4)
	must(err)
	otherIn, otherOut, err := t.FansInLayout(unitvar.KInOut, 3)
	must(err)
	return littleEndian(in, out, otherIn, otherOut)
}

func fansOfAxes() []byte {
	in, out, err := value(unitvar.NewTensor(make([]float32, 576), 16, 12, 3)).FansOfAxes([]int32{-1}, []int32{1}, []int32{0})
	must(err)
	return littleEndian(in, out)
}

func defaults() []byte {
	var sum []byte
	for kind := unitvar.Kind(1); kind <= 16; kind++ {
		i := value(unitvar.NewInitializer(kind))
		sum = append(sum, littleEndian(uint32(64), i.Kind, i.FanMode, i.Nonlinearity, i.Distribution, int32(0), i.Groups,
			i.Parameters)...)
	}
	return sum
}

func kaiming() unitvar.Initializer { return value(unitvar.NewInitializer(unitvar.KaimingNormal)) }

func shard() []byte {
	return initialize([]int{8, 6, 3}, func(g *unitvar.Generator, t *unitvar.Tensor) error {
		return kaiming().WriteShard(g, t, []int{16, 12, 3}, []int{4, 3, 0})
	})
}

func torchMT19937() *unitvar.Generator { return value(unitvar.New(unitvar.TorchMT19937, 42)) }

// layer gives a weight, then 16 biases.
func layer(reset func(g *unitvar.Generator, weight, bias *unitvar.Tensor) error, shape ...int) []byte {
	n := 1
	for _, length := range shape {
		n *= length
	}
	weight, bias := make([]float32, n), make([]float32, 16)
	must(reset(torchMT19937(), value(unitvar.NewTensor(weight, shape...)), value(unitvar.NewTensor(bias, 16))))
	return littleEndian(weight, bias)
}

func draw[T unitvar.Element](f func(g *unitvar.Generator, t *unitvar.Tensor) error) []byte {
	x := make([]T, 576)
	must(f(torchMT19937(), value(unitvar.NewTensor(x, 16, 12, 3))))
	return littleEndian(x)
}

func moments[T unitvar.Float]() (m unitvar.PlainMoments) {
	x := make([]T, count)
	must(unitvar.Normal(pcg32(), x, 3, 2))
	must(unitvar.UpdatePlain(&m, x))
	return m
}

func merged() []byte {
	m := moments[float32]()
	must(m.Merge(moments[float64]()))
	return littleEndian(m)
}

func variance() []byte {
	m := moments[float32]()
	return littleEndian(value(m.Variance(1)))
}

func wideMoments[T unitvar.Float]() (m unitvar.Moments) {
	x := make([]T, count)
	must(unitvar.Normal(pcg32(), x, 3, 2))
	must(unitvar.Update(&m, x))
	return m
}

func five(m unitvar.Moments) []byte {
	return littleEndian(m.Five())
}

func wideMerged() []byte {
	m := wideMoments[float32]()
	must(m.Merge(wideMoments[float64]()))
	return five(m)
}

func wideMean() []byte {
	m := wideMoments[float32]()
	return littleEndian(value(m.Average()))
}

func wideVariance() []byte {
	m := wideMoments[float32]()
	return littleEndian(value(m.Variance(1)))
}

func drawNames() []string {
	var names []string
	for kind := unitvar.DrawKind(1); kind <= 5; kind++ {
		names = append(names, kind.String())
	}
	return names
}

func drawDefaults() []byte {
	var all []byte
	for kind := unitvar.DrawKind(1); kind <= 5; kind++ {
		draw := value(unitvar.NewDraw(kind))
		all = append(all, littleEndian([]int32{64, int32(draw.Kind)})...)
		all = append(all, 2, 32, 1, 0)
		all = append(all, littleEndian([]int32{0})...)
		all = append(all, littleEndian(draw.Parameters)...)
		all = append(all, littleEndian(draw.Integers)...)
	}
	return all
}

func sampled(g *unitvar.Generator, x []float32) error {
	return unitvar.Sample(g, value(unitvar.NewDraw(unitvar.NormalDraw)), x)
}

func sampledAt(g *unitvar.Generator, x []float64) error {
	normal := value(unitvar.NewDraw(unitvar.NormalDraw))
	must(unitvar.SampleAt(g, normal, 333, x[333:]))
	return unitvar.SampleAt(g, normal, 0, x[:333])
}

type (
	generator = *unitvar.Generator
	tensor    = *unitvar.Tensor
)

var functions = map[string]func() []byte{
	"version":        version,
	"version_string": version,
	"stream_version": func() []byte { return littleEndian(unitvar.StreamVersion()) },
	"status_name":    statusNames,
	"last_error":     lastError,
	"isa": func() []byte {
		return expect(strings.Contains(" avx512 avx2 neon scalar ", " "+unitvar.ISA()+" "), unitvar.ISA())
	},
	"set_isa":          setISA,
	"num_threads":      numThreads,
	"set_num_threads":  numThreads,
	"engine_from_name": func() []byte { return constants(unitvar.EngineFromName, "pcg32", "philox4x32") },
	"nonlinearity_from_name": func() []byte {
		return constants(unitvar.NonlinearityFromName, "linear", "conv1d", "sigmoid", "tanh", "relu", "leaky_relu", "selu")
	},
	"fan_mode_from_name": func() []byte { return constants(unitvar.FanModeFromName, "fan_in", "fan_out", "fan_avg") },
	"distribution_from_name": func() []byte {
		return constants(unitvar.DistributionFromName, "uniform", "normal", "truncated_normal")
	},
	"initializer_from_name": func() []byte { return constants(unitvar.KindFromName, kindNames()...) },
	"status_from_name": func() []byte {
		return constants(unitvar.StatusFromName, "UNITVAR_OK", "UNITVAR_INVALID_ARGUMENT", "UNITVAR_INTERNAL")
	},
	"draw_from_name": func() []byte { return constants(unitvar.DrawKindFromName, "bits", "uniform", "trunc_normal") },
	"draw_name":      func() []byte { return []byte(strings.Join(drawNames(), "\n") + "\n") },
	"bernoulli_bits": func() []byte {
		bits := sample(126, func(g generator, x []uint8) error { return unitvar.BernoulliBits(g, x, 0.3) })
		bits[125] &= 1<<(count%8) - 1
		return bits
	},
	"draw_defaults":          drawDefaults,
	"sample":                 func() []byte { return sample(count, sampled) },
	"sample_at":              func() []byte { return sample(count, sampledAt) },
	"initializer_name":       func() []byte { return []byte(strings.Join(kindNames(), "\n") + "\n") },
	"generator_create":       func() []byte { return words(value(unitvar.NewStream(unitvar.Philox4x32, 42, 7))) },
	"generator_create_torch": func() []byte { return value(value(unitvar.NewTorch(42, 206, 228)).Save()) },
	"generator_destroy": func() []byte {
		must(pcg32().Close())
		return []byte{1}
	},
	"generator_clone":      func() []byte { return words(value(after(100).Clone())) },
	"generator_fork":       func() []byte { return words(value(pcg32().Fork("layer.0.weight"))) },
	"generator_seek":       func() []byte { return words(atBlock(1 << 40)) },
	"generator_tell":       func() []byte { return littleEndian(value(after(count).Tell())) },
	"generator_save":       func() []byte { return value(atBlock(5).Save()) },
	"generator_load":       func() []byte { return words(value(unitvar.Load(value(atBlock(5).Save())))) },
	"generator_save_torch": func() []byte { return value(torchMT19937().SaveTorch()) },
	"generator_load_torch": func() []byte {
		return value(value(unitvar.LoadTorch(value(torchMT19937().SaveTorch()), 211, 241)).Save())
	},
	"torch_linear_reset": func() []byte { return layer(unitvar.TorchLinearReset, 16, 12) },
	"torch_conv_reset":   func() []byte { return layer(unitvar.TorchConvReset, 16, 12, 3) },
	"torch_embedding_reset": func() []byte {
		return layer(func(g generator, weight, _ tensor) error { return unitvar.TorchEmbeddingReset(g, weight) }, 16, 12)[:4*192]
	},
	"torch_random": func() []byte { return draw[float32](unitvar.TorchRandom) },
	"torch_randint": func() []byte {
		return draw[int64](func(g generator, t tensor) error { return unitvar.TorchRandint(g, t, -7, 1000) })
	},
	"torch_bernoulli": func() []byte {
		return draw[uint8](func(g generator, t tensor) error { return unitvar.TorchBernoulli(g, t, 0.3) })
	},
	"torch_geometric": func() []byte {
		return draw[float32](func(g generator, t tensor) error { return unitvar.TorchGeometric(g, t, 0.25) })
	},
	"torch_exponential": func() []byte {
		return draw[float32](func(g generator, t tensor) error { return unitvar.TorchExponential(g, t, 1.5) })
	},
	"torch_log_normal": func() []byte {
		return draw[float32](func(g generator, t tensor) error { return unitvar.TorchLogNormal(g, t, 0.5, 0.25) })
	},
	"torch_cauchy": func() []byte {
		return draw[float32](func(g generator, t tensor) error { return unitvar.TorchCauchy(g, t, 0, 1) })
	},
	"torch_multinomial": func() []byte {
		g, weights, samples := torchMT19937(), make([]float32, 192), make([]int64, 80)
		w := value(unitvar.NewTensor(weights, 16, 12))
		must(unitvar.InitUniform(g, w, 0, 1))
		must(unitvar.TorchMultinomial(g, w, false, value(unitvar.NewTensor(samples, 16, 5))))
		return littleEndian(samples)
	},
	"bits_u32": func() []byte { return sample(count, unitvar.BitsU32) },
	"bits_u64": func() []byte { return sample(count, unitvar.BitsU64) },
	"uniform_f32": func() []byte {
		return sample(count, func(g generator, x []float32) error { return unitvar.Uniform(g, x, -0.37, 1.9) })
	},
	"uniform_f64": func() []byte {
		return sample(count, func(g generator, x []float64) error { return unitvar.Uniform(g, x, -0.37, 1.9) })
	},
	"normal_f32": func() []byte {
		return sample(large, func(g generator, x []float32) error { return unitvar.Normal(g, x, 0, 1) })
	},
	"normal_f64": func() []byte {
		return sample(count, func(g generator, x []float64) error { return unitvar.Normal(g, x, 0, 1) })
	},
	"normal_icdf_f32": func() []byte {
		return sample(count, func(g generator, x []float32) error { return unitvar.NormalICDF(g, x, 1.5, 0.02) })
	},
	"normal_icdf_f64": func() []byte {
		return sample(count, func(g generator, x []float64) error { return unitvar.NormalICDF(g, x, 1.5, 0.02) })
	},
	"trunc_normal_f32": func() []byte {
		return sample(count, func(g generator, x []float32) error { return unitvar.TruncNormal(g, x, 0, 1, -1, 3) })
	},
	"trunc_normal_f64": func() []byte {
		return sample(count, func(g generator, x []float64) error { return unitvar.TruncNormal(g, x, 0, 1, -1, 3) })
	},
	"permutation_i64": func() []byte { return sample(count, unitvar.Permutation) },
	"choice_i64": func() []byte {
		return sample(count, func(g generator, x []int64) error { return unitvar.Choice(g, x, 5000000) })
	},
	"sobol_f32": func() []byte {
		return sample(300, func(_ generator, x []float32) error { return unitvar.Sobol(nil, x, 3, 10) })
	},
	"sobol_f64": func() []byte {
		return sample(300, func(g generator, x []float64) error { return unitvar.Sobol(g, x, 3, 10) })
	},
	"sobol_normal_f32": func() []byte {
		return sample(300, func(g generator, x []float32) error { return unitvar.SobolNormal(g, x, 3, 10, 1.5, 0.02) })
	},
	"sobol_normal_f64": func() []byte {
		return sample(300, func(_ generator, x []float64) error { return unitvar.SobolNormal(nil, x, 3, 10, 1.5, 0.02) })
	},
	"calculate_gain":        gains,
	"calculate_fans":        fans,
	"calculate_fans_layout": fansInLayout,
	"calculate_fans_axes":   fansOfAxes,
	"weight_layout_from_name": func() []byte {
		return constants(unitvar.WeightLayoutFromName, "out_in_k", "k_in_out", "in_out_k")
	},
	"init_values": values,
	"init_constant": func() []byte {
		return filters(func(_ generator, t tensor) error { return unitvar.InitConstant(t, 0.1) })
	},
	"init_zeros": func() []byte { return filters(func(_ generator, t tensor) error { return unitvar.InitZeros(t) }) },
	"init_ones":  func() []byte { return filters(func(_ generator, t tensor) error { return unitvar.InitOnes(t) }) },
	"init_eye":   func() []byte { return matrix(func(_ generator, t tensor) error { return unitvar.InitEye(t) }) },
	"init_dirac": func() []byte { return filters(func(_ generator, t tensor) error { return unitvar.InitDirac(t, 2) }) },
	"init_uniform": func() []byte {
		return filters(func(g generator, t tensor) error { return unitvar.InitUniform(g, t, -1, 1) })
	},
	"init_normal": func() []byte {
		return filters(func(g generator, t tensor) error { return unitvar.InitNormal(g, t, 0, 0.02) })
	},
	"init_trunc_normal": func() []byte {
		return filters(func(g generator, t tensor) error { return unitvar.InitTruncNormal(g, t, 0, 1, -2, 2) })
	},
	"init_xavier_uniform": func() []byte {
		return filters(func(g generator, t tensor) error { return unitvar.InitXavierUniform(g, t, 5.0/3.0) })
	},
	"init_xavier_normal": func() []byte {
		return filters(func(g generator, t tensor) error { return unitvar.InitXavierNormal(g, t, 1) })
	},
	"init_kaiming_uniform": func() []byte {
		return filters(func(g generator, t tensor) error {
			return unitvar.InitKaimingUniform(g, t, 0.2, unitvar.FanIn, unitvar.LeakyReLU)
		})
	},
	"init_kaiming_normal": func() []byte {
		return filters(func(g generator, t tensor) error {
			return unitvar.InitKaimingNormal(g, t, 0, unitvar.FanOut, unitvar.ReLU)
		})
	},
	"init_orthogonal": func() []byte {
		return filters(func(g generator, t tensor) error { return unitvar.InitOrthogonal(g, t, 1) })
	},
	"init_delta_orthogonal": func() []byte {
		return filters(func(g generator, t tensor) error { return unitvar.InitDeltaOrthogonal(g, t, 1) })
	},
	"init_sparse": func() []byte {
		return matrix(func(g generator, t tensor) error { return unitvar.InitSparse(g, t, 0.1, 0.01) })
	},
	"init_variance_scaling": func() []byte {
		return filters(func(g generator, t tensor) error {
			return unitvar.InitVarianceScaling(g, t, 1, unitvar.FanAvg, unitvar.TruncatedNormalDistribution)
		})
	},
	// from unitvar.h by cmake/bindings.py: samplers

	"exponential_f32": func() []byte {
		return sample(count, func(g generator, x []float32) error { return unitvar.Exponential(g, x, 0.7) })
	},
	"exponential_f64": func() []byte {
		return sample(count, func(g generator, x []float64) error { return unitvar.Exponential(g, x, 0.7) })
	},
	"laplace_f32": func() []byte {
		return sample(count, func(g generator, x []float32) error { return unitvar.Laplace(g, x, 1.5, 0.7) })
	},
	"laplace_f64": func() []byte {
		return sample(count, func(g generator, x []float64) error { return unitvar.Laplace(g, x, 1.5, 0.7) })
	},
	"logistic_f32": func() []byte {
		return sample(count, func(g generator, x []float32) error { return unitvar.Logistic(g, x, 1.5, 0.7) })
	},
	"logistic_f64": func() []byte {
		return sample(count, func(g generator, x []float64) error { return unitvar.Logistic(g, x, 1.5, 0.7) })
	},
	"gumbel_f32": func() []byte {
		return sample(count, func(g generator, x []float32) error { return unitvar.Gumbel(g, x, 1.5, 0.7) })
	},
	"gumbel_f64": func() []byte {
		return sample(count, func(g generator, x []float64) error { return unitvar.Gumbel(g, x, 1.5, 0.7) })
	},
	"cauchy_f32": func() []byte {
		return sample(count, func(g generator, x []float32) error { return unitvar.Cauchy(g, x, 1.5, 0.7) })
	},
	"cauchy_f64": func() []byte {
		return sample(count, func(g generator, x []float64) error { return unitvar.Cauchy(g, x, 1.5, 0.7) })
	},
	"weibull_f32": func() []byte {
		return sample(count, func(g generator, x []float32) error { return unitvar.Weibull(g, x, 1.7, 0.7) })
	},
	"weibull_f64": func() []byte {
		return sample(count, func(g generator, x []float64) error { return unitvar.Weibull(g, x, 1.7, 0.7) })
	},
	"rayleigh_f32": func() []byte {
		return sample(count, func(g generator, x []float32) error { return unitvar.Rayleigh(g, x, 0.7) })
	},
	"rayleigh_f64": func() []byte {
		return sample(count, func(g generator, x []float64) error { return unitvar.Rayleigh(g, x, 0.7) })
	},
	"log_normal_f32": func() []byte {
		return sample(count, func(g generator, x []float32) error { return unitvar.LogNormal(g, x, 1.5, 0.02) })
	},
	"log_normal_f64": func() []byte {
		return sample(count, func(g generator, x []float64) error { return unitvar.LogNormal(g, x, 1.5, 0.02) })
	},
	"integers_i32": func() []byte {
		return sample(count, func(g generator, x []int32) error { return unitvar.IntegersI32(g, x, 3, 100) })
	},
	"integers_i64": func() []byte {
		return sample(count, func(g generator, x []int64) error { return unitvar.IntegersI64(g, x, 3, 100) })
	},
	"bernoulli_u8": func() []byte {
		return sample(count, func(g generator, x []uint8) error { return unitvar.BernoulliU8(g, x, 0.3) })
	},
	"uniform_bf16": func() []byte {
		return sample(count, func(g generator, x []uint16) error { return unitvar.UniformBf16(g, x, -0.37, 1.9) })
	},
	"uniform_f16": func() []byte {
		return sample(count, func(g generator, x []uint16) error { return unitvar.UniformF16(g, x, -0.37, 1.9) })
	},
	"normal_bf16": func() []byte {
		return sample(count, func(g generator, x []uint16) error { return unitvar.NormalBf16(g, x, 1.5, 0.02) })
	},
	"normal_f16": func() []byte {
		return sample(count, func(g generator, x []uint16) error { return unitvar.NormalF16(g, x, 1.5, 0.02) })
	},
	"trunc_normal_bf16": func() []byte {
		return sample(count, func(g generator, x []uint16) error { return unitvar.TruncNormalBf16(g, x, 1.5, 0.02, 1.47, 1.55) })
	},
	"trunc_normal_f16": func() []byte {
		return sample(count, func(g generator, x []uint16) error { return unitvar.TruncNormalF16(g, x, 1.5, 0.02, 1.47, 1.55) })
	},
	// end

	"initializer_defaults": defaults,
	// from unitvar.h by cmake/bindings.py: initialisers
	"init_variance_scaling_fans": func() []byte {
		return filters(func(g generator, t tensor) error {
			return unitvar.InitVarianceScalingFans(g, t, 2.0, 7.0, 11.0, unitvar.FanGeoAvg, unitvar.NormalDistribution)
		})
	},
	"init_orthogonal_axis": func() []byte {
		return filters(func(g generator, t tensor) error {
			return unitvar.InitOrthogonalAxis(g, t, 1.5, 1)
		})
	},
	"init_delta_orthogonal_layout": func() []byte {
		return filters(func(g generator, t tensor) error {
			return unitvar.InitDeltaOrthogonalLayout(g, t, 1.5, unitvar.OutInK)
		})
	},
	"init_glorot_uniform": func() []byte {
		return filters(func(g generator, t tensor) error {
			return unitvar.InitGlorotUniform(g, t, unitvar.InOutK)
		})
	},
	"init_glorot_normal": func() []byte {
		return filters(func(g generator, t tensor) error {
			return unitvar.InitGlorotNormal(g, t, unitvar.InOutK)
		})
	},
	"init_he_uniform": func() []byte {
		return filters(func(g generator, t tensor) error {
			return unitvar.InitHeUniform(g, t, unitvar.InOutK)
		})
	},
	"init_he_normal": func() []byte {
		return filters(func(g generator, t tensor) error {
			return unitvar.InitHeNormal(g, t, unitvar.InOutK)
		})
	},
	"init_lecun_uniform": func() []byte {
		return filters(func(g generator, t tensor) error {
			return unitvar.InitLecunUniform(g, t, unitvar.InOutK)
		})
	},
	"init_lecun_normal": func() []byte {
		return filters(func(g generator, t tensor) error {
			return unitvar.InitLecunNormal(g, t, unitvar.InOutK)
		})
	},
	"init_identity": func() []byte {
		return matrix(func(_ generator, t tensor) error {
			return unitvar.InitIdentity(t, 1.5)
		})
	},
	// end
	"init":               func() []byte { return filters(func(g generator, t tensor) error { return kaiming().Write(g, t) }) },
	"init_shard":         shard,
	"moments_update_f32": func() []byte { return littleEndian(moments[float32]()) },
	"moments_update_f64": func() []byte { return littleEndian(moments[float64]()) },
	"moments_merge":      merged,
	"moments_variance":   variance,

	"wide_moments_update_f32": func() []byte { return five(wideMoments[float32]()) },
	"wide_moments_update_f64": func() []byte { return five(wideMoments[float64]()) },
	"wide_moments_merge":      wideMerged,
	"wide_moments_mean":       wideMean,
	"wide_moments_variance":   wideVariance,
}

// lines gives the last word of each line of a file, and the first.
func lines(t *testing.T, path string) map[string]string {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		fields := strings.Fields(line)
		found[fields[len(fields)-1]] = fields[0]
	}
	return found
}

func TestEveryFunctionGivesTheGoldenBits(t *testing.T) {
	path := os.Getenv("UNITVAR_GOLDEN")
	if path == "" {
		path = "../../tests/golden/functions-v1.sha256"
	}
	golden := lines(t, path)
	known := []map[string]string{golden}
	if path := os.Getenv("UNITVAR_EXPORTS"); path != "" {
		known = append(known, lines(t, path))
	}
	for _, names := range known {
		for name := range names {
			if functions[strings.TrimPrefix(name, "unitvar_")] == nil {
				t.Errorf("%s has no case here", name)
			}
		}
		if len(names) != len(functions) {
			t.Errorf("%d cases here, %d names in golden sums or exports", len(functions), len(names))
		}
	}
	var names []string
	for name := range functions {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			if sum := fmt.Sprintf("%x", sha256.Sum256(functions[name]())); sum != golden["unitvar_"+name] {
				t.Errorf("%s: the sum is %s", unitvar.ISA(), sum)
			}
		})
	}
}

func TestGainTakesASlope(t *testing.T) {
	if gain, err := unitvar.GainWithSlope(unitvar.LeakyReLU, 1); err != nil || gain != 1 {
		t.Error(gain, err)
	}
	if _, err := unitvar.GainWithSlope(unitvar.LeakyReLU, math.Inf(1)); !errors.Is(err, unitvar.InvalidArgument) {
		t.Error(err)
	}
}
