// Keeps the promise of engine 3 for tensors: torch.nn.init's golden vectors in all dtypes, shards that are slices of
// the whole, PyTorch's layers, orthogonal matrices from PyTorch's words, and refusals that leave everything as it was.
#include "oracle/torch.hpp"
#include "support/capi.hpp"
#include "support/kinds.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"
#include "support/tensors.hpp"
#include "support/torch_golden.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

using support::bf16_dtype;
using support::check_fails;
using support::dtype_in;
using support::f16_dtype;
using support::ForcedIsa;
using support::Generator;
using support::isas;
using support::Lengths;
using support::require_ok;
using support::shape_in;
using support::Tensor;

namespace {

Generator torch(std::uint64_t seed)
{
    return Generator::torch(seed, 113, 228); // the release of the vectors
}

template <class T> std::vector<T> q_of(std::vector<T> a, std::size_t rows, std::size_t columns)
{
    // Gram and Schmidt, twice, in double: R's diagonal is positive.
    std::vector<std::vector<double>> vectors(std::min(rows, columns));
    const bool wide = rows < columns;
    for (std::size_t j = 0; j < vectors.size(); ++j) {
        for (std::size_t i = 0; i < std::max(rows, columns); ++i)
            vectors[j].push_back(static_cast<double>(wide ? a[j * columns + i] : a[i * columns + j]));
        for (int pass = 0; pass < 2; ++pass)
            for (std::size_t k = 0; k < j; ++k) {
                double dot = 0;
                for (std::size_t i = 0; i < vectors[j].size(); ++i)
                    dot += vectors[j][i] * vectors[k][i];
                for (std::size_t i = 0; i < vectors[j].size(); ++i)
                    vectors[j][i] -= dot * vectors[k][i];
            }
        double square = 0;
        for (const double x : vectors[j])
            square += x * x;
        for (double &x : vectors[j])
            x /= std::sqrt(square);
    }
    for (std::size_t j = 0; j < vectors.size(); ++j)
        for (std::size_t i = 0; i < vectors[j].size(); ++i)
            a[wide ? j * columns + i : i * columns + j] = static_cast<T>(vectors[j][i]);
    return a;
}

template <class T> void check_orthogonal(const Lengths &shape, unitvar_dtype dtype, double bound)
{
    for (const double gain : {1.0, -0.5}) {
        Tensor tensor(dtype, shape);
        const Generator g = torch(11);
        require_ok(unitvar_init_orthogonal(g, tensor.view(), gain));
        oracle::Torch reference(11);
        const auto rows = static_cast<std::size_t>(shape[0]);
        const std::size_t columns = tensor.elements() / rows;
        const auto expected = q_of(reference.normal<T>(tensor.elements(), 0, 1), rows, columns);
        const auto values = tensor.logical_values<T>();
        double worst = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            worst = std::max(worst, std::abs(static_cast<double>(values[i]) - gain * static_cast<double>(expected[i])));
        INFO(shape[0], " rows, ", columns, " columns, gain ", gain, ": ", worst);
        CHECK(worst < bound);
        std::uint32_t word = 0;
        require_ok(unitvar_bits_u32(g, &word, 1));
        CHECK(word == reference.word());
    }
}

} // namespace

TEST_CASE("torch: the golden vectors of PyTorch's initialisers in every dtype")
{
    std::size_t compared = 0;
    for (const auto &vector : support::torch_golden()) {
        const std::string &name = vector.first;
        const std::vector<std::uint64_t> &expected = vector.second;
        if (name.find("float") == std::string::npos)
            continue;
        const unitvar_dtype dtype = dtype_in(name);
        for (const std::string &isa : isas()) {
            const ForcedIsa forced(isa);
            Tensor tensor(dtype, shape_in(name, expected.size()));
            unitvar_tensor *const t = tensor.view();
            const Generator g = torch(name.ends_with("seed=42") ? 42 : 0);
            if (name.starts_with("uniform"))
                require_ok(unitvar_init_uniform(g, t, -0.37, 1.9));
            else if (name.starts_with("normal(0.1,0.7)"))
                require_ok(unitvar_init_normal(g, t, 0.1, 0.7));
            else if (name.starts_with("normal(0,1)"))
                require_ok(unitvar_init_normal(g, t, 0, 1));
            else if (name.starts_with("trunc_normal"))
                require_ok(unitvar_init_trunc_normal(g, t, 0, 0.02, -0.04, 0.04));
            else if (name.starts_with("xavier_uniform"))
                require_ok(unitvar_init_xavier_uniform(g, t, 1));
            else if (name.starts_with("xavier_normal"))
                require_ok(unitvar_init_xavier_normal(g, t, 1));
            else if (name.starts_with("kaiming_uniform"))
                require_ok(unitvar_init_kaiming_uniform(g, t, std::sqrt(5.0), UNITVAR_FAN_IN, UNITVAR_LEAKY_RELU));
            else if (name.starts_with("kaiming_normal"))
                require_ok(unitvar_init_kaiming_normal(g, t, 0, UNITVAR_FAN_OUT, UNITVAR_RELU));
            else if (name.starts_with("sparse"))
                require_ok(unitvar_init_sparse(g, t, 0.3, 0.01));
            else if (name.starts_with("orthogonal"))
                require_ok(unitvar_init_orthogonal(g, t, 1));
            else
                FAIL(name);
            INFO(name, ", ", isa);
            std::vector<unsigned char> want;
            for (const std::uint64_t bits : expected)
                for (std::size_t i = 0; i < dtype.bits / 8u; ++i)
                    want.push_back(static_cast<unsigned char>(bits >> (8 * i)));
            if (!name.starts_with("orthogonal")) {
                CHECK(support::same_as_golden(tensor.logical_bytes(), expected, dtype.bits / 8u));
            } else if (dtype.bits == 64) {
                std::vector<double> q(expected.size());
                std::memcpy(q.data(), want.data(), want.size());
                const auto values = tensor.logical_values<double>();
                for (std::size_t i = 0; i < q.size(); ++i)
                    CHECK(std::abs(values[i] - q[i]) < 1e-14);
            } else {
                std::vector<float> q(expected.size());
                std::memcpy(q.data(), want.data(), want.size());
                const auto values = tensor.logical_values<float>();
                for (std::size_t i = 0; i < q.size(); ++i)
                    CHECK(std::abs(values[i] - q[i]) < 1e-6f);
            }
        }
        ++compared;
    }
    CHECK(compared == 2 * (4 * 4 + 7 * 2));
}

TEST_CASE("torch: a shard is the slice of the whole, and the generator moves on as for the whole")
{
    struct Slice {
        Lengths shape;
        Lengths offset;
    };
    const Lengths global{6, 10, 3};
    for (const std::int32_t kind :
         {UNITVAR_INIT_UNIFORM, UNITVAR_INIT_NORMAL, UNITVAR_INIT_TRUNC_NORMAL, UNITVAR_INIT_XAVIER_UNIFORM,
          UNITVAR_INIT_KAIMING_NORMAL, UNITVAR_INIT_ORTHOGONAL}) {
        for (const unitvar_dtype dtype : {support::f32_dtype, support::f64_dtype}) {
            unitvar_initializer init{};
            init.struct_size = sizeof(init);
            require_ok(unitvar_initializer_defaults(&init, kind));
            Tensor whole(dtype, global);
            const Generator g = torch(21);
            std::uint32_t word = 0;
            require_ok(unitvar_bits_u32(g, &word, 1));
            const Generator start = g.clone();
            require_ok(unitvar_init(g, &init, whole.view()));
            const std::vector<unsigned char> bytes = whole.logical_bytes();
            for (const Slice &slice :
                 {Slice{{6, 10, 3}, {0, 0, 0}}, Slice{{2, 10, 3}, {3, 0, 0}}, Slice{{6, 4, 1}, {0, 5, 2}},
                  Slice{{0, 10, 3}, {6, 0, 0}}, Slice{{1, 1, 1}, {5, 9, 2}}}) {
                const Lengths &shape = slice.shape;
                const Lengths &offset = slice.offset;
                INFO("kind ", kind, ", bits ", dtype.bits, ", offset ", offset[0], " ", offset[1], " ", offset[2]);
                Tensor local(dtype, shape);
                const Generator h = start.clone();
                require_ok(unitvar_init_shard(h, &init, local.view(), global.data(), offset.data()));
                std::vector<unsigned char> expected;
                for (std::int64_t i = 0; i < shape[0]; ++i)
                    for (std::int64_t j = 0; j < shape[1]; ++j)
                        for (std::int64_t k = 0; k < shape[2]; ++k) {
                            const auto at = static_cast<std::size_t>(
                                ((i + offset[0]) * global[1] + j + offset[1]) * global[2] + k + offset[2]);
                            const std::size_t size = dtype.bits / 8u;
                            expected.insert(expected.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at * size),
                                            bytes.begin() + static_cast<std::ptrdiff_t>((at + 1) * size));
                        }
                CHECK(local.logical_bytes() == expected);
                CHECK(h.save() == g.save());
            }
        }
    }
}

TEST_CASE("torch: layers hold a Kaiming weight and then a uniform bias")
{
    for (const unitvar_dtype dtype : {support::f32_dtype, support::f64_dtype}) {
        const auto check = [&](const Lengths &shape, std::int64_t biases, double fan_in, auto function) {
            Tensor weight(dtype, shape);
            Tensor bias(dtype, {biases});
            Tensor weight_alone(dtype, shape);
            Tensor expected_weight(dtype, shape);
            Tensor expected_bias(dtype, {biases});
            const Generator g = torch(31);
            require_ok(function(g, weight.view(), bias.view()));
            require_ok(function(torch(31), weight_alone.view(), nullptr));
            const Generator h = torch(31);
            const double bound = 1 / std::sqrt(fan_in);
            require_ok(unitvar_init_kaiming_uniform(h, expected_weight.view(), std::sqrt(5.0), UNITVAR_FAN_IN,
                                                    UNITVAR_LEAKY_RELU));
            require_ok(unitvar_init_uniform(h, expected_bias.view(), -bound, bound));
            CHECK(weight.logical_bytes() == expected_weight.logical_bytes());
            CHECK(weight_alone.logical_bytes() == expected_weight.logical_bytes());
            CHECK(bias.logical_bytes() == expected_bias.logical_bytes());
            CHECK(g.save() == h.save());
        };
        check({7, 12}, 7, 12, unitvar_torch_linear_reset);
        check({6, 4, 3}, 6, 12, unitvar_torch_conv_reset);
        check({6, 2, 3, 5}, 6, 30, unitvar_torch_conv_reset);
        check({4, 3, 2, 2, 2}, 3, 24, unitvar_torch_conv_reset); // transposed: as many biases as it has outputs
        Tensor table(dtype, {9, 5});
        Tensor normals(dtype, {9, 5});
        require_ok(unitvar_torch_embedding_reset(torch(32), table.view()));
        require_ok(unitvar_init_normal(torch(32), normals.view(), 0, 1));
        CHECK(table.logical_bytes() == normals.logical_bytes());
    }
}

TEST_CASE("torch: layers that do not exist are refused before anything is written")
{
    const Generator g = torch(1);
    const std::vector<unsigned char> state = g.save();
    Tensor weight(support::f32_dtype, {3, 4});
    Tensor bias(support::f32_dtype, {3});
    Tensor short_bias(support::f32_dtype, {2});
    Tensor filter(support::f32_dtype, {3, 4, 2});
    check_fails(unitvar_torch_linear_reset(g, weight.view(), short_bias.view()), UNITVAR_INVALID_ARGUMENT,
                {"bias", "2", "3"});
    check_fails(unitvar_torch_linear_reset(g, filter.view(), bias.view()), UNITVAR_INVALID_ARGUMENT, {"weight", "3"});
    check_fails(unitvar_torch_linear_reset(g, weight.view(), weight.view()), UNITVAR_INVALID_ARGUMENT, {"bias", "2"});
    check_fails(unitvar_torch_linear_reset(g, nullptr, bias.view()), UNITVAR_INVALID_ARGUMENT, {"weight", "NULL"});
    check_fails(unitvar_torch_conv_reset(g, weight.view(), bias.view()), UNITVAR_INVALID_ARGUMENT, {"weight", "2"});
    check_fails(unitvar_torch_embedding_reset(g, filter.view()), UNITVAR_INVALID_ARGUMENT, {"weight", "3"});
    Lengths strides{4, 1};
    unitvar_tensor column = *weight.view(); // the third of the weight's
    Lengths three{3};
    column.ndim = 1;
    column.shape = three.data();
    column.strides = strides.data();
    column.byte_offset += 2 * sizeof(float);
    check_fails(unitvar_torch_linear_reset(g, weight.view(), &column), UNITVAR_INVALID_ARGUMENT, {"bias", "memory"});
    bias.view()->dtype = {0, 32, 1};
    check_fails(unitvar_torch_linear_reset(g, weight.view(), bias.view()), UNITVAR_UNSUPPORTED, {"dtype"});
    bias.view()->dtype = support::f32_dtype;
    const Generator pcg(UNITVAR_PCG32, 1);
    check_fails(unitvar_torch_linear_reset(pcg, weight.view(), bias.view()), UNITVAR_INVALID_ARGUMENT, {"engine", "1"});
    CHECK(weight.untouched());
    CHECK(bias.untouched());
    CHECK(filter.untouched());
    CHECK(g.save() == state);
}

TEST_CASE("torch: orthogonal is Q of the matrix that PyTorch draws")
{
    check_orthogonal<float>({5, 3}, support::f32_dtype, 2e-7);
    check_orthogonal<float>({3, 5}, support::f32_dtype, 2e-7);
    check_orthogonal<float>({1, 1}, support::f32_dtype, 1e-9);
    check_orthogonal<double>({7, 2, 3, 2}, support::f64_dtype, 1e-14);
    check_orthogonal<double>({130, 100}, support::f64_dtype, 1e-13);
    check_orthogonal<double>({97, 193}, support::f64_dtype, 1e-13);
    if (!support::quick())
        check_orthogonal<double>({300, 289}, support::f64_dtype, 1e-12);
}

TEST_CASE("torch: orthogonal has the same bits under every table and number of threads")
{
    for (const Lengths &shape : {Lengths{200, 150}, Lengths{100, 97}, Lengths{25, 300}}) {
        std::vector<unsigned char> reference;
        for (const std::string &isa : isas()) {
            const ForcedIsa forced(isa);
            for (const std::int32_t threads : {1, 3}) {
                const support::ForcedThreads limit(threads);
                Tensor tensor(support::f64_dtype, shape);
                require_ok(unitvar_init_orthogonal(torch(5), tensor.view(), 1));
                if (reference.empty())
                    reference = tensor.logical_bytes();
                INFO(isa, ", threads ", threads);
                CHECK(tensor.logical_bytes() == reference);
            }
        }
    }
}

TEST_CASE("torch: what PyTorch has no counterpart of is refused, and nothing is written")
{
    const Generator g = torch(1);
    const std::vector<unsigned char> state = g.save();
    Tensor filter(support::f32_dtype, {4, 3, 3});
    Tensor half(f16_dtype, {4, 3});
    Tensor brain(bf16_dtype, {4, 3});
    check_fails(unitvar_init_delta_orthogonal(g, filter.view(), 1), UNITVAR_UNSUPPORTED, {"delta_orthogonal"});
    check_fails(unitvar_init_variance_scaling(g, filter.view(), 1, UNITVAR_FAN_IN, UNITVAR_NORMAL), UNITVAR_UNSUPPORTED,
                {"variance_scaling"});
    check_fails(unitvar_init_trunc_normal(g, half.view(), 0, 1, -2, 2), UNITVAR_UNSUPPORTED, {"f16"});
    check_fails(unitvar_init_orthogonal(g, half.view(), 1), UNITVAR_UNSUPPORTED, {"orthogonal_"});
    check_fails(unitvar_init_orthogonal(g, brain.view(), 1), UNITVAR_UNSUPPORTED, {"orthogonal_"});
    check_fails(unitvar_init_uniform(g, half.view(), 0, 1e5), UNITVAR_INVALID_ARGUMENT, {"b", "1e+05"});
    check_fails(unitvar_init_uniform(g, half.view(), -60000, 60000), UNITVAR_INVALID_ARGUMENT, {"b - a"});
    unitvar_generator *out = nullptr;
    check_fails(unitvar_generator_fork(g, "encoder", &out), UNITVAR_UNSUPPORTED, {"engine"});
    CHECK(out == nullptr);
    CHECK(filter.untouched());
    CHECK(half.untouched());
    CHECK(brain.untouched());
    CHECK(g.save() == state);
}
