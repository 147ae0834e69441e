// unitvar_allocation_failures: keeps "a call that fails leaves its outputs and its generator as they were" where memory
// runs out. Every allocation of every exported function is made to fail in turn, for dense, strided and channels-last
// tensors and for one and two threads: the status is OUT_OF_MEMORY, or the call found another way and wrote what it
// always writes; outputs, statistics and generators are untouched by a failure, and nothing is leaked. Each call also
// does with the stack that unitvar.h promises. Norms of rows that
// are no runs ask for no more than blocks of them. The library allocates by operator new alone, which this program replaces.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <unitvar.h>

#include "support/stack.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <new>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

std::atomic<std::int64_t> living{0};
// Of this thread: how many allocations are still to succeed, none where negative; and how many there were.
thread_local std::int64_t until_failure = -1;
thread_local std::int64_t allocations = 0;
thread_local std::size_t allocated_bytes = 0;

void *allocate(std::size_t bytes, std::size_t alignment)
{
    ++allocations;
    allocated_bytes += bytes;
    if (until_failure == 0)
        return nullptr;
    if (until_failure > 0)
        --until_failure;
    void *const memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (memory != nullptr)
        ++living;
    return memory;
}

void *allocate_or_throw(std::size_t bytes, std::size_t alignment)
{
    void *const memory = allocate(bytes == 0 ? 1 : bytes, alignment);
    if (memory == nullptr)
        throw std::bad_alloc();
    return memory;
}

void release(void *memory)
{
    if (memory != nullptr)
        --living;
    std::free(memory);
}

constexpr std::size_t usual = alignof(std::max_align_t);

} // namespace

void *operator new(std::size_t n)
{
    return allocate_or_throw(n, usual);
}
void *operator new[](std::size_t n)
{
    return allocate_or_throw(n, usual);
}
void *operator new(std::size_t n, std::align_val_t a)
{
    return allocate_or_throw(n, static_cast<std::size_t>(a));
}
void *operator new[](std::size_t n, std::align_val_t a)
{
    return allocate_or_throw(n, static_cast<std::size_t>(a));
}
void *operator new(std::size_t n, const std::nothrow_t &) noexcept
{
    return allocate(n == 0 ? 1 : n, usual);
}
void *operator new[](std::size_t n, const std::nothrow_t &) noexcept
{
    return allocate(n == 0 ? 1 : n, usual);
}
void operator delete(void *p) noexcept
{
    release(p);
}
void operator delete[](void *p) noexcept
{
    release(p);
}
void operator delete(void *p, std::size_t) noexcept
{
    release(p);
}
void operator delete[](void *p, std::size_t) noexcept
{
    release(p);
}
void operator delete(void *p, std::align_val_t) noexcept
{
    release(p);
}
void operator delete[](void *p, std::align_val_t) noexcept
{
    release(p);
}
void operator delete(void *p, std::size_t, std::align_val_t) noexcept
{
    release(p);
}
void operator delete[](void *p, std::size_t, std::align_val_t) noexcept
{
    release(p);
}
void operator delete(void *p, const std::nothrow_t &) noexcept
{
    release(p);
}
void operator delete[](void *p, const std::nothrow_t &) noexcept
{
    release(p);
}

namespace {

using Shape = std::vector<std::int64_t>;
using Bytes = std::vector<unsigned char>;
enum class Layout { dense, strided, channels_last };
constexpr Layout layouts[] = {Layout::dense, Layout::strided, Layout::channels_last};

void ok(std::int32_t status)
{
    if (status != UNITVAR_OK)
        FAIL(unitvar_last_error());
}

// Strided: every second element of what would be dense.
class Tensor {
public:
    Tensor(unitvar_dtype dtype, Shape shape, Layout layout = Layout::dense) : shape_(std::move(shape))
    {
        std::int64_t step = layout == Layout::strided ? 2 : 1;
        strides_.resize(shape_.size());
        if (layout == Layout::channels_last && shape_.size() >= 3) {
            strides_[1] = step;
            step *= shape_[1];
            for (std::size_t d = shape_.size(); d-- > 2; step *= shape_[d])
                strides_[d] = step;
            strides_[0] = step;
            step *= shape_[0];
        } else {
            for (std::size_t d = shape_.size(); d-- > 0; step *= shape_[d])
                strides_[d] = step;
        }
        bytes_.resize(static_cast<std::size_t>(step) * dtype.bits / 8);
        // Values near 1 in every type: few bits of fraction, and no two neighbours alike.
        for (std::size_t i = 0; i < bytes_.size() / (dtype.bits / 8u); ++i) {
            const double value = 1 + static_cast<double>(i % 61) / 64;
            const auto narrow = static_cast<float>(value);
            if (dtype.bits == 64)
                std::memcpy(&bytes_[8 * i], &value, 8);
            else if (dtype.bits == 32)
                std::memcpy(&bytes_[4 * i], &narrow, 4);
        }
        view_ = {bytes_.data(),   {1, 0}, static_cast<std::int32_t>(shape_.size()), dtype, shape_.data(),
                 strides_.data(), 0};
    }
    Tensor(const Tensor &) = delete;
    Tensor &operator=(const Tensor &) = delete;
    operator unitvar_tensor *() { return &view_; }
    unitvar_tensor *view() { return &view_; }
    Bytes &bytes() { return bytes_; }

private:
    Shape shape_;
    Shape strides_;
    Bytes bytes_;
    unitvar_tensor view_{};
};

constexpr unitvar_dtype f32{2, 32, 1};
constexpr unitvar_dtype f64{2, 64, 1};
constexpr unitvar_dtype bf16{4, 16, 1};

std::set<std::string> &covered()
{
    static std::set<std::string> names;
    return names;
}

Bytes saved(const unitvar_generator *g)
{
    std::size_t size = 0;
    ok(unitvar_generator_save(g, nullptr, 0, &size));
    Bytes state(size);
    ok(unitvar_generator_save(g, state.data(), size, &size));
    return state;
}

// What a call may change.
struct Outputs {
    std::vector<Bytes *> buffers;
    unitvar_generator *g = nullptr;

    std::vector<Bytes> state() const
    {
        std::vector<Bytes> result;
        for (const Bytes *buffer : buffers)
            result.push_back(*buffer);
        if (g != nullptr)
            result.push_back(saved(g));
        return result;
    }
};

[[maybe_unused]] constexpr std::size_t most_stack = std::size_t{56} << 10; // of optimised code

// call(g) calls the function with a generator that is at the same place each time; g is NULL where none is given.
void check(const std::string &name, const Outputs &outputs,
           const std::function<std::int32_t(unitvar_generator *)> &call)
{
    CAPTURE(name);
    covered().insert(name);
    const std::vector<Bytes> before = outputs.state();
    const auto restore = [&] {
        for (std::size_t i = 0; i < outputs.buffers.size(); ++i)
            std::memcpy(outputs.buffers[i]->data(), before[i].data(), before[i].size());
    };
    struct Run {
        std::int32_t status;
        std::int64_t allocations;
        std::int64_t leaked;
        bool failed;
        std::vector<Bytes> state;
    };
    const auto run = [&](std::int64_t succeeding) {
        restore();
        Outputs now = outputs;
        if (outputs.g != nullptr)
            ok(unitvar_generator_clone(outputs.g, &now.g));
        const std::int64_t living_before = living;
        allocations = 0;
        until_failure = succeeding;
        Run result{};
        result.status = call(now.g);
        result.failed = until_failure == 0;
        until_failure = -1;
        result.allocations = allocations;
        result.leaked = living - living_before;
        result.state = now.state();
        unitvar_generator_destroy(now.g);
        return result;
    };
    const Run first = run(-1);
    REQUIRE_MESSAGE(first.status == UNITVAR_OK, unitvar_last_error());
    const Run whole = run(-1);
    CHECK(whole.leaked == 0);
    CHECK(whole.state == first.state);
    Run small{};
    const std::size_t stack = support::stack_used([&] { small = run(-1); });
    CHECK(small.state == first.state);
#if defined(__OPTIMIZE__) && !defined(UNITVAR_COUNTED)
    CHECK(stack <= most_stack);
#else
    static_cast<void>(stack);
#endif
    for (std::int64_t k = 0; k < whole.allocations; ++k) {
        CAPTURE(k);
        const Run broken = run(k);
        CHECK(broken.failed);
        CHECK(broken.leaked == 0);
        if (broken.status == UNITVAR_OK) {
            CHECK(broken.state == whole.state);
        } else {
            CHECK(broken.status == UNITVAR_OUT_OF_MEMORY);
            CHECK(broken.state == before);
        }
    }
    restore();
}

struct Destroy {
    void operator()(unitvar_generator *g) const { unitvar_generator_destroy(g); }
};
using Generator = std::unique_ptr<unitvar_generator, Destroy>;

Generator generator(std::int32_t engine)
{
    unitvar_generator *g = nullptr;
    ok(unitvar_generator_create(engine, 7, 0, &g));
    Generator result(g);
    std::uint32_t words[3];
    ok(unitvar_bits_u32(g, words, 3));
    return result;
}

constexpr std::int32_t engines[] = {UNITVAR_PCG32, UNITVAR_PHILOX4X32, UNITVAR_TORCH_MT19937, UNITVAR_ARS4X32};

struct Threads {
    explicit Threads(std::int32_t n) { ok(unitvar_set_num_threads(n)); }
    ~Threads() { unitvar_set_num_threads(0); }
};

// A function that makes a generator: a failure leaves the place for it alone.
void check_maker(const std::string &name, const std::function<std::int32_t(unitvar_generator **)> &make)
{
    check(name, {}, [&](unitvar_generator *) {
        unitvar_generator *made = nullptr;
        const std::int32_t status = make(&made);
        if (status == UNITVAR_OK)
            unitvar_generator_destroy(made);
        else if (made != nullptr)
            return std::int32_t{UNITVAR_INTERNAL};
        return status;
    });
}

template <class T, class Fill, class... Parameters>
void check_sampler(const std::string &name, Fill fill, Parameters... parameters)
{
    for (const std::int32_t engine : engines) {
        for (const std::size_t n : {std::size_t{100}, std::size_t{700000}}) {
            const Generator g = generator(engine);
            Bytes target(n * sizeof(T), 1);
            if (fill(g.get(), reinterpret_cast<T *>(target.data()), 1, parameters...) == UNITVAR_UNSUPPORTED)
                continue;
            target[0] = 1;
            check(name, {{&target}, g.get()}, [&](unitvar_generator *at) {
                return fill(at, reinterpret_cast<T *>(target.data()), n, parameters...);
            });
        }
    }
}

// Of many points, and many coordinates.
template <class T, class Fill, class... Parameters>
void check_points(const std::string &name, Fill fill, Parameters... parameters)
{
    for (const bool scrambled : {false, true}) {
        for (const std::size_t dimensions : {std::size_t{2}, std::size_t{1000}}) {
            const Generator g = generator(UNITVAR_PCG32);
            const std::size_t points = 100000 / dimensions;
            Bytes target(points * dimensions * sizeof(T), 1);
            check(name, {{&target}, g.get()}, [&](unitvar_generator *at) {
                return fill(scrambled ? at : nullptr, reinterpret_cast<T *>(target.data()), points, dimensions, 5,
                            parameters...);
            });
        }
    }
}

void check_initializer(const std::string &name, const Shape &shape,
                       const std::function<std::int32_t(unitvar_generator *, unitvar_tensor *)> &initialize)
{
    int accepted = 0;
    for (const std::int32_t engine : engines) {
        for (const Layout layout : layouts) {
            for (const unitvar_dtype dtype : {f32, f64, bf16}) {
                const Generator g = generator(engine);
                Tensor t(dtype, shape, layout);
                Tensor probe(dtype, shape, layout);
                const Generator other = generator(engine);
                if (initialize(other.get(), probe) != UNITVAR_OK)
                    continue; // an engine or a dtype that it does not have
                ++accepted;
                check(name, {{&t.bytes()}, g.get()}, [&](unitvar_generator *at) { return initialize(at, t); });
            }
        }
    }
    CHECK(accepted >= 3); // each layout at least once
}

// Tensors of a norm of images: x, y, what belongs to a channel and what to a row or group.
struct NormTensors {
    Tensor x, grad, y;
    Tensor weight, bias, grad_weight, grad_bias, running_mean, running_var, save_mean, save_rstd;
    Tensor row_weight, row_bias, grad_row_weight, grad_row_bias;
    Tensor row_mean, row_rstd, group_mean, group_rstd;
    Tensor axis_mean, axis_rstd;
    Bytes batches = Bytes(sizeof(std::int64_t), 0);
    std::size_t channels;
    Bytes moments, gradient_sums;

    NormTensors(unitvar_dtype dtype, const Shape &s, Layout layout)
        : x(dtype, s, layout), grad(dtype, s, layout), y(dtype, s, layout), weight(dtype, {s[1]}), bias(dtype, {s[1]}),
          grad_weight(dtype, {s[1]}), grad_bias(dtype, {s[1]}), running_mean(dtype, {s[1]}), running_var(dtype, {s[1]}),
          save_mean(dtype, {s[1]}), save_rstd(dtype, {s[1]}), row_weight(dtype, {s.back()}),
          row_bias(dtype, {s.back()}), grad_row_weight(dtype, {s.back()}), grad_row_bias(dtype, {s.back()}),
          row_mean(dtype, {s.begin(), s.end() - 1}), row_rstd(dtype, {s.begin(), s.end() - 1}),
          group_mean(dtype, {s[0], 2}), group_rstd(dtype, {s[0], 2}), axis_mean(dtype, without_channels(s)),
          axis_rstd(dtype, without_channels(s)), channels(static_cast<std::size_t>(s[1])),
          moments(channels * sizeof(unitvar_wide_moments), 0),
          gradient_sums(channels * sizeof(unitvar_batch_gradient_sums), 0)
    {
    }
    static Shape without_channels(Shape s)
    {
        s.erase(s.begin() + 1);
        return s;
    }
    unitvar_wide_moments *wide() { return reinterpret_cast<unitvar_wide_moments *>(moments.data()); }
    unitvar_batch_gradient_sums *sums()
    {
        return reinterpret_cast<unitvar_batch_gradient_sums *>(gradient_sums.data());
    }
    std::int64_t *count() { return reinterpret_cast<std::int64_t *>(batches.data()); }
};

void check_norms(NormTensors &t)
{
    const auto checked = [](const std::string &name, std::vector<Bytes *> outputs, const auto &call) {
        check(name, {std::move(outputs), nullptr}, [&](unitvar_generator *) { return call(); });
    };
    checked("unitvar_layer_norm", {&t.y.bytes(), &t.row_mean.bytes(), &t.row_rstd.bytes()},
            [&] { return unitvar_layer_norm(t.x, 1, t.row_weight, t.row_bias, 1e-5, t.y, t.row_mean, t.row_rstd); });
    checked("unitvar_rms_norm", {&t.y.bytes(), &t.row_rstd.bytes()},
            [&] { return unitvar_rms_norm(t.x, 1, t.row_weight, 1e-5, t.y, t.row_rstd); });
    checked("unitvar_layer_norm_activation", {&t.y.bytes(), &t.row_mean.bytes(), &t.row_rstd.bytes()}, [&] {
        return unitvar_layer_norm_activation(t.x, 1, t.row_weight, t.row_bias, 1e-5, UNITVAR_RELU, 0, t.y, t.row_mean,
                                             t.row_rstd);
    });
    checked("unitvar_rms_norm_activation", {&t.y.bytes(), &t.row_rstd.bytes()}, [&] {
        return unitvar_rms_norm_activation(t.x, 1, t.row_weight, 1e-5, UNITVAR_LEAKY_RELU, 0.1, t.y, t.row_rstd);
    });
    checked("unitvar_layer_norm_residual", {&t.y.bytes(), &t.row_mean.bytes(), &t.row_rstd.bytes()}, [&] {
        return unitvar_layer_norm_residual(t.x, t.grad, 1, t.row_weight, t.row_bias, 1e-5, nullptr, t.y, t.row_mean,
                                           t.row_rstd);
    });
    checked("unitvar_rms_norm_residual", {&t.y.bytes(), &t.row_rstd.bytes()},
            [&] { return unitvar_rms_norm_residual(t.x, t.grad, 1, t.row_weight, 1e-5, nullptr, t.y, t.row_rstd); });
    const std::int32_t channels = 1;
    checked("unitvar_layer_norm_axes", {&t.y.bytes()},
            [&] { return unitvar_layer_norm_axes(t.x, &channels, 1, t.weight, t.bias, 1e-5, t.y, nullptr, nullptr); });
    checked("unitvar_rms_norm_axes", {&t.y.bytes()},
            [&] { return unitvar_rms_norm_axes(t.x, &channels, 1, t.weight, 1e-5, t.y, nullptr); });
    checked("unitvar_layer_norm_axes_backward", {&t.y.bytes(), &t.grad_weight.bytes(), &t.grad_bias.bytes()}, [&] {
        return unitvar_layer_norm_axes_backward(t.grad, t.x, &channels, 1, t.axis_mean, t.axis_rstd, t.weight, t.y,
                                                t.grad_weight, t.grad_bias);
    });
    checked("unitvar_rms_norm_axes_backward", {&t.y.bytes(), &t.grad_weight.bytes()}, [&] {
        return unitvar_rms_norm_axes_backward(t.grad, t.x, &channels, 1, t.axis_rstd, t.weight, t.y, t.grad_weight);
    });
    checked("unitvar_layer_norm_given", {&t.y.bytes()},
            [&] { return unitvar_layer_norm_given(t.x, 1, t.row_mean, t.row_rstd, t.row_weight, t.row_bias, t.y); });
    checked("unitvar_group_norm", {&t.y.bytes(), &t.group_mean.bytes(), &t.group_rstd.bytes()},
            [&] { return unitvar_group_norm(t.x, 2, t.weight, t.bias, 1e-5, t.y, t.group_mean, t.group_rstd); });
    checked("unitvar_group_norm_activation", {&t.y.bytes(), &t.group_mean.bytes(), &t.group_rstd.bytes()}, [&] {
        return unitvar_group_norm_activation(t.x, 2, t.weight, t.bias, 1e-5, UNITVAR_RELU, 0, t.y, t.group_mean,
                                             t.group_rstd);
    });
    const std::vector<Bytes *> kept{&t.y.bytes(), &t.running_mean.bytes(), &t.running_var.bytes(), &t.batches};
    std::vector<Bytes *> batch = kept;
    batch.insert(batch.end(), {&t.save_mean.bytes(), &t.save_rstd.bytes()});
    for (const std::int32_t training : {0, 1}) {
        checked("unitvar_batch_norm", batch, [&] {
            return unitvar_batch_norm(t.x, t.weight, t.bias, t.running_mean, t.running_var, t.count(), training, 0.1,
                                      1e-5, t.y, t.save_mean, t.save_rstd);
        });
        checked("unitvar_instance_norm", kept, [&] {
            return unitvar_instance_norm(t.x, t.weight, t.bias, t.running_mean, t.running_var, training, 0.1, 1e-5,
                                         t.y);
        });
        checked("unitvar_batch_norm_activation", batch, [&] {
            return unitvar_batch_norm_activation(t.x, t.weight, t.bias, t.running_mean, t.running_var, t.count(),
                                                 training, 0.1, 1e-5, UNITVAR_RELU, 0, t.y, t.save_mean, t.save_rstd);
        });
        checked("unitvar_instance_norm_activation", kept, [&] {
            return unitvar_instance_norm_activation(t.x, t.weight, t.bias, t.running_mean, t.running_var, training, 0.1,
                                                    1e-5, UNITVAR_RELU, 0, t.y);
        });
        checked("unitvar_switchable_norm", kept, [&] {
            const double logits[3] = {0, 1, 2};
            return unitvar_switchable_norm(t.x, t.weight, t.bias, logits, logits, t.running_mean, t.running_var,
                                           training, 0.1, 1e-5, t.y);
        });
    }
    checked("unitvar_local_response_norm", {&t.y.bytes()},
            [&] { return unitvar_local_response_norm(t.x, 5, 1e-4, 0.75, 1, t.y); });
    checked("unitvar_local_response_norm_window", {&t.y.bytes()},
            [&] { return unitvar_local_response_norm_window(t.x, 1, 2, 4, 1e-4, 0.75, 1, t.y); });
    checked("unitvar_local_response_norm_backward", {&t.y.bytes()},
            [&] { return unitvar_local_response_norm_backward(t.grad, t.x, 5, 1e-4, 0.75, 1, t.y); });
    checked("unitvar_local_response_norm_window_backward", {&t.y.bytes()},
            [&] { return unitvar_local_response_norm_window_backward(t.grad, t.x, 1, 2, 4, 1e-4, 0.75, 1, t.y); });
    const std::size_t n = t.channels;
    checked("unitvar_batch_moments", {&t.moments}, [&] { return unitvar_batch_moments(t.x, t.wide(), n); });
    ok(unitvar_batch_moments(t.x, t.wide(), n));
    checked("unitvar_batch_norm_given", batch, [&] {
        return unitvar_batch_norm_given(t.x, t.weight, t.bias, t.wide(), n, t.running_mean, t.running_var, t.count(),
                                        0.1, 1e-5, t.y, t.save_mean, t.save_rstd);
    });
    checked("unitvar_batch_norm_given_activation", batch, [&] {
        return unitvar_batch_norm_given_activation(t.x, t.weight, t.bias, t.wide(), n, t.running_mean, t.running_var,
                                                   t.count(), 0.1, 1e-5, UNITVAR_RELU, 0, t.y, t.save_mean,
                                                   t.save_rstd);
    });
    checked("unitvar_batch_norm_backward_sums", {&t.gradient_sums},
            [&] { return unitvar_batch_norm_backward_sums(t.grad, t.x, t.save_mean, t.sums(), n); });
    ok(unitvar_batch_norm_backward_sums(t.grad, t.x, t.save_mean, t.sums(), n));

    const std::vector<Bytes *> row_gradients{&t.y.bytes(), &t.grad_row_weight.bytes(), &t.grad_row_bias.bytes()};
    const std::vector<Bytes *> gradients{&t.y.bytes(), &t.grad_weight.bytes(), &t.grad_bias.bytes()};
    checked("unitvar_layer_norm_backward", row_gradients, [&] {
        return unitvar_layer_norm_backward(t.grad, t.x, 1, t.row_mean, t.row_rstd, t.row_weight, t.y, t.grad_row_weight,
                                           t.grad_row_bias);
    });
    checked("unitvar_rms_norm_backward", row_gradients, [&] {
        return unitvar_rms_norm_backward(t.grad, t.x, 1, t.row_rstd, t.row_weight, t.y, t.grad_row_weight);
    });
    checked("unitvar_group_norm_backward", gradients, [&] {
        return unitvar_group_norm_backward(t.grad, t.x, 2, t.group_mean, t.group_rstd, t.weight, t.y, t.grad_weight,
                                           t.grad_bias);
    });
    checked("unitvar_batch_norm_backward", gradients, [&] {
        return unitvar_batch_norm_backward(t.grad, t.x, t.save_mean, t.save_rstd, t.weight, 1, t.y, t.grad_weight,
                                           t.grad_bias);
    });
    checked("unitvar_batch_norm_backward_given", gradients, [&] {
        return unitvar_batch_norm_backward_given(t.grad, t.x, t.save_mean, t.save_rstd, t.weight, t.sums(), n, t.y,
                                                 t.grad_weight, t.grad_bias);
    });
    checked("unitvar_switchable_norm_backward", gradients, [&] {
        const double logits[3] = {0, 1, 2};
        double for_logits[6];
        return unitvar_switchable_norm_backward(t.grad, t.x, t.weight, logits, logits, nullptr, nullptr, 1, 1e-5, t.y,
                                                t.grad_weight, t.grad_bias, for_logits, for_logits + 3);
    });
    checked("unitvar_instance_norm_backward", gradients, [&] {
        return unitvar_instance_norm_backward(t.grad, t.x, t.weight, nullptr, nullptr, 1, 1e-5, t.y, t.grad_weight,
                                              t.grad_bias);
    });
    const Generator g = generator(UNITVAR_PCG32);
    check("unitvar_dropout", {{&t.y.bytes()}, g.get()},
          [&](unitvar_generator *at) { return unitvar_dropout(at, t.x, 0.25, t.y); });
    checked("unitvar_relu", {&t.y.bytes()}, [&] { return unitvar_relu(t.x, t.y); });
    checked("unitvar_leaky_relu", {&t.y.bytes()}, [&] { return unitvar_leaky_relu(t.x, 0.1, t.y); });
    checked("unitvar_prelu", {&t.y.bytes()}, [&] { return unitvar_prelu(t.x, t.weight, t.y); });
    checked("unitvar_relu_backward", {&t.y.bytes()}, [&] { return unitvar_relu_backward(t.grad, t.x, t.y); });
    checked("unitvar_leaky_relu_backward", {&t.y.bytes()},
            [&] { return unitvar_leaky_relu_backward(t.grad, t.x, 0.1, t.y); });
    checked("unitvar_prelu_backward", {&t.y.bytes(), &t.grad_weight.bytes()},
            [&] { return unitvar_prelu_backward(t.grad, t.x, t.weight, t.y, t.grad_weight); });
}

std::set<std::string> exported()
{
    std::ifstream header(UNITVAR_HEADER);
    const std::string text{std::istreambuf_iterator<char>(header), std::istreambuf_iterator<char>()};
    const std::regex declaration("UNITVAR_API[^;(]*\\b(unitvar_\\w+)\\(");
    std::set<std::string> names;
    for (auto it = std::sregex_iterator(text.begin(), text.end(), declaration); it != std::sregex_iterator(); ++it)
        names.insert((*it)[1]);
    return names;
}

} // namespace

TEST_CASE("samplers and permutations")
{
    for (const std::int32_t threads : {1, 2}) {
        const Threads of(threads);
        check_sampler<std::uint32_t>("unitvar_bits_u32", unitvar_bits_u32);
        check_sampler<std::uint64_t>("unitvar_bits_u64", unitvar_bits_u64);
        check_sampler<float>("unitvar_uniform_f32", unitvar_uniform_f32, 0.0, 1.0);
        check_sampler<double>("unitvar_uniform_f64", unitvar_uniform_f64, 0.0, 1.0);
        check_sampler<float>("unitvar_normal_f32", unitvar_normal_f32, 0.0, 1.0);
        check_sampler<double>("unitvar_normal_f64", unitvar_normal_f64, 0.0, 1.0);
        check_sampler<float>("unitvar_normal_icdf_f32", unitvar_normal_icdf_f32, 0.0, 1.0);
        check_sampler<double>("unitvar_normal_icdf_f64", unitvar_normal_icdf_f64, 0.0, 1.0);
        check_sampler<float>("unitvar_trunc_normal_f32", unitvar_trunc_normal_f32, 0.0, 1.0, -2.0, 2.0);
        check_sampler<double>("unitvar_trunc_normal_f64", unitvar_trunc_normal_f64, 0.0, 1.0, -2.0, 2.0);
        check_sampler<std::int64_t>("unitvar_permutation_i64", unitvar_permutation_i64);
        check_sampler<std::int64_t>("unitvar_choice_i64", unitvar_choice_i64, std::uint64_t{1} << 40U);
        check_sampler<std::uint8_t>("unitvar_bernoulli_bits",
                                    [](unitvar_generator *g, std::uint8_t *dst, std::size_t n) {
                                        return unitvar_bernoulli_bits(g, dst, n, 0.3);
                                    });
        unitvar_draw draw{sizeof draw, UNITVAR_DRAW_TRUNC_NORMAL, {2, 32, 1}, 0, {}, {}};
        REQUIRE(unitvar_draw_defaults(&draw, draw.kind) == UNITVAR_OK);
        check_sampler<float>("unitvar_sample", [&draw](unitvar_generator *g, float *dst, std::size_t n) {
            return unitvar_sample(g, &draw, dst, n);
        });
        check_sampler<float>("unitvar_sample_at", [&draw](unitvar_generator *g, float *dst, std::size_t n) {
            return unitvar_sample_at(g, &draw, 77, dst, n);
        });
        // from unitvar.h by cmake/bindings.py: samplers
        check_sampler<float>("unitvar_exponential_f32", unitvar_exponential_f32, 0.7);
        check_sampler<double>("unitvar_exponential_f64", unitvar_exponential_f64, 0.7);
        check_sampler<float>("unitvar_laplace_f32", unitvar_laplace_f32, 1.5, 0.7);
        check_sampler<double>("unitvar_laplace_f64", unitvar_laplace_f64, 1.5, 0.7);
        check_sampler<float>("unitvar_logistic_f32", unitvar_logistic_f32, 1.5, 0.7);
        check_sampler<double>("unitvar_logistic_f64", unitvar_logistic_f64, 1.5, 0.7);
        check_sampler<float>("unitvar_gumbel_f32", unitvar_gumbel_f32, 1.5, 0.7);
        check_sampler<double>("unitvar_gumbel_f64", unitvar_gumbel_f64, 1.5, 0.7);
        check_sampler<float>("unitvar_cauchy_f32", unitvar_cauchy_f32, 1.5, 0.7);
        check_sampler<double>("unitvar_cauchy_f64", unitvar_cauchy_f64, 1.5, 0.7);
        check_sampler<float>("unitvar_weibull_f32", unitvar_weibull_f32, 1.7, 0.7);
        check_sampler<double>("unitvar_weibull_f64", unitvar_weibull_f64, 1.7, 0.7);
        check_sampler<float>("unitvar_rayleigh_f32", unitvar_rayleigh_f32, 0.7);
        check_sampler<double>("unitvar_rayleigh_f64", unitvar_rayleigh_f64, 0.7);
        check_sampler<float>("unitvar_log_normal_f32", unitvar_log_normal_f32, 1.5, 0.02);
        check_sampler<double>("unitvar_log_normal_f64", unitvar_log_normal_f64, 1.5, 0.02);
        check_sampler<std::int32_t>("unitvar_integers_i32", unitvar_integers_i32, 3, 100);
        check_sampler<std::int64_t>("unitvar_integers_i64", unitvar_integers_i64, 3, 100);
        check_sampler<std::uint8_t>("unitvar_bernoulli_u8", unitvar_bernoulli_u8, 0.3);
        check_sampler<std::uint16_t>("unitvar_uniform_bf16", unitvar_uniform_bf16, -0.37, 1.9);
        check_sampler<std::uint16_t>("unitvar_uniform_f16", unitvar_uniform_f16, -0.37, 1.9);
        check_sampler<std::uint16_t>("unitvar_normal_bf16", unitvar_normal_bf16, 1.5, 0.02);
        check_sampler<std::uint16_t>("unitvar_normal_f16", unitvar_normal_f16, 1.5, 0.02);
        check_sampler<std::uint16_t>("unitvar_trunc_normal_bf16", unitvar_trunc_normal_bf16, 1.5, 0.02, 1.47, 1.55);
        check_sampler<std::uint16_t>("unitvar_trunc_normal_f16", unitvar_trunc_normal_f16, 1.5, 0.02, 1.47, 1.55);
        // end
    }
}

TEST_CASE("Sobol's points")
{
    check_points<float>("unitvar_sobol_f32", unitvar_sobol_f32);
    check_points<double>("unitvar_sobol_f64", unitvar_sobol_f64);
    check_points<float>("unitvar_sobol_normal_f32", unitvar_sobol_normal_f32, 0.0, 1.0);
    check_points<double>("unitvar_sobol_normal_f64", unitvar_sobol_normal_f64, 0.0, 1.0);
}

TEST_CASE("generators")
{
    for (const std::int32_t engine : engines) {
        const Generator g = generator(engine);
        const Bytes state = saved(g.get());
        check_maker("unitvar_generator_create",
                    [&](unitvar_generator **out) { return unitvar_generator_create(engine, 1, 0, out); });
        check_maker("unitvar_generator_clone",
                    [&](unitvar_generator **out) { return unitvar_generator_clone(g.get(), out); });
        if (engine != UNITVAR_TORCH_MT19937)
            check_maker("unitvar_generator_fork",
                        [&](unitvar_generator **out) { return unitvar_generator_fork(g.get(), "layer.0", out); });
        check_maker("unitvar_generator_load",
                    [&](unitvar_generator **out) { return unitvar_generator_load(state.data(), state.size(), out); });
        Bytes target(state.size(), 1);
        check("unitvar_generator_save", {{&target}, g.get()}, [&](unitvar_generator *at) {
            std::size_t size = 0;
            return unitvar_generator_save(at, target.data(), target.size(), &size);
        });
        if (engine != UNITVAR_TORCH_MT19937)
            check("unitvar_generator_seek", {{}, g.get()},
                  [](unitvar_generator *at) { return unitvar_generator_seek(at, 5); });
    }
    const Generator g = generator(UNITVAR_TORCH_MT19937);
    std::size_t size = 0;
    ok(unitvar_generator_save_torch(g.get(), nullptr, 0, &size));
    Bytes target(size, 1);
    check("unitvar_generator_save_torch", {{&target}, g.get()},
          [&](unitvar_generator *at) { return unitvar_generator_save_torch(at, target.data(), target.size(), &size); });
    check_maker("unitvar_generator_create_torch",
                [](unitvar_generator **out) { return unitvar_generator_create_torch(1, 206, 241, out); });
    ok(unitvar_generator_save_torch(g.get(), target.data(), target.size(), &size)); // check() left it as it was
    check_maker("unitvar_generator_load_torch", [&](unitvar_generator **out) {
        return unitvar_generator_load_torch(target.data(), target.size(), 206, 241, out);
    });
}

TEST_CASE("initialisers")
{
    using G = unitvar_generator;
    using T = unitvar_tensor;
    for (const std::int32_t threads : {1, 2}) {
        const Threads of(threads);
        for (const Shape &shape : {Shape{12, 8, 3}, Shape{300, 70, 3}}) {
            check_initializer("unitvar_init_constant", shape, [](G *, T *t) { return unitvar_init_constant(t, 0.5); });
            check_initializer("unitvar_init_values", shape, [](G *, T *t) {
                float value = 0.5F;
                const T values{&value, {1, 0}, 0, f32, nullptr, nullptr, 0};
                return unitvar_init_values(t, &values);
            });
            check_initializer("unitvar_init_zeros", shape, [](G *, T *t) { return unitvar_init_zeros(t); });
            check_initializer("unitvar_init_ones", shape, [](G *, T *t) { return unitvar_init_ones(t); });
            check_initializer("unitvar_init_dirac", shape, [](G *, T *t) { return unitvar_init_dirac(t, 1); });
            check_initializer("unitvar_init_uniform", shape,
                              [](G *g, T *t) { return unitvar_init_uniform(g, t, -1, 1); });
            check_initializer("unitvar_init_normal", shape, [](G *g, T *t) { return unitvar_init_normal(g, t, 0, 1); });
            check_initializer("unitvar_init_trunc_normal", shape,
                              [](G *g, T *t) { return unitvar_init_trunc_normal(g, t, 0, 1, -2, 2); });
            check_initializer("unitvar_init_xavier_uniform", shape,
                              [](G *g, T *t) { return unitvar_init_xavier_uniform(g, t, 1); });
            check_initializer("unitvar_init_xavier_normal", shape,
                              [](G *g, T *t) { return unitvar_init_xavier_normal(g, t, 1); });
            check_initializer("unitvar_init_kaiming_uniform", shape, [](G *g, T *t) {
                return unitvar_init_kaiming_uniform(g, t, 0, UNITVAR_FAN_IN, UNITVAR_RELU);
            });
            check_initializer("unitvar_init_kaiming_normal", shape, [](G *g, T *t) {
                return unitvar_init_kaiming_normal(g, t, 0, UNITVAR_FAN_OUT, UNITVAR_RELU);
            });
            check_initializer("unitvar_init_variance_scaling", shape, [](G *g, T *t) {
                return unitvar_init_variance_scaling(g, t, 1, UNITVAR_FAN_AVG, UNITVAR_TRUNCATED_NORMAL);
            });
            check_initializer("unitvar_init_orthogonal", shape,
                              [](G *g, T *t) { return unitvar_init_orthogonal(g, t, 1); });
        }
        check_initializer("unitvar_init_delta_orthogonal", {60, 40, 3},
                          [](G *g, T *t) { return unitvar_init_delta_orthogonal(g, t, 1); });
        // from unitvar.h by cmake/bindings.py: initialisers
        check_initializer("unitvar_init_variance_scaling_fans", {300, 70, 3}, [](G *g, T *t) {
            return unitvar_init_variance_scaling_fans(g, t, 2.0, 7.0, 11.0, UNITVAR_FAN_GEO_AVG, UNITVAR_NORMAL);
        });
        check_initializer("unitvar_init_orthogonal_axis", {300, 70, 3},
                          [](G *g, T *t) { return unitvar_init_orthogonal_axis(g, t, 1.5, 1); });
        check_initializer("unitvar_init_delta_orthogonal_layout", {60, 40, 50},
                          [](G *g, T *t) { return unitvar_init_delta_orthogonal_layout(g, t, 1.5, UNITVAR_OUT_IN_K); });
        check_initializer("unitvar_init_glorot_uniform", {300, 70, 3},
                          [](G *g, T *t) { return unitvar_init_glorot_uniform(g, t, UNITVAR_IN_OUT_K); });
        check_initializer("unitvar_init_glorot_normal", {300, 70, 3},
                          [](G *g, T *t) { return unitvar_init_glorot_normal(g, t, UNITVAR_IN_OUT_K); });
        check_initializer("unitvar_init_he_uniform", {300, 70, 3},
                          [](G *g, T *t) { return unitvar_init_he_uniform(g, t, UNITVAR_IN_OUT_K); });
        check_initializer("unitvar_init_he_normal", {300, 70, 3},
                          [](G *g, T *t) { return unitvar_init_he_normal(g, t, UNITVAR_IN_OUT_K); });
        check_initializer("unitvar_init_lecun_uniform", {300, 70, 3},
                          [](G *g, T *t) { return unitvar_init_lecun_uniform(g, t, UNITVAR_IN_OUT_K); });
        check_initializer("unitvar_init_lecun_normal", {300, 70, 3},
                          [](G *g, T *t) { return unitvar_init_lecun_normal(g, t, UNITVAR_IN_OUT_K); });
        check_initializer("unitvar_init_identity", {300, 200}, [](G *, T *t) { return unitvar_init_identity(t, 1.5); });
        // end
        for (const Shape &shape : {Shape{12, 8}, Shape{300, 200}}) {
            check_initializer("unitvar_init_eye", shape, [](G *, T *t) { return unitvar_init_eye(t); });
            check_initializer("unitvar_init_sparse", shape,
                              [](G *g, T *t) { return unitvar_init_sparse(g, t, 0.5, 0.01); });
            check_initializer("unitvar_torch_embedding_reset", shape,
                              [](G *g, T *t) { return unitvar_torch_embedding_reset(g, t); });
            check_initializer("unitvar_torch_random", shape, [](G *g, T *t) { return unitvar_torch_random(g, t); });
            check_initializer("unitvar_torch_randint", shape,
                              [](G *g, T *t) { return unitvar_torch_randint(g, t, -5, 1000); });
            check_initializer("unitvar_torch_bernoulli", shape,
                              [](G *g, T *t) { return unitvar_torch_bernoulli(g, t, 0.5); });
            check_initializer("unitvar_torch_geometric", shape,
                              [](G *g, T *t) { return unitvar_torch_geometric(g, t, 0.5); });
            check_initializer("unitvar_torch_exponential", shape,
                              [](G *g, T *t) { return unitvar_torch_exponential(g, t, 1); });
            check_initializer("unitvar_torch_log_normal", shape,
                              [](G *g, T *t) { return unitvar_torch_log_normal(g, t, 0, 1); });
            check_initializer("unitvar_torch_cauchy", shape,
                              [](G *g, T *t) { return unitvar_torch_cauchy(g, t, 0, 1); });
        }
    }
}

TEST_CASE("initialisers as values, shards and PyTorch's layers")
{
    for (const std::int32_t threads : {1, 2}) {
        const Threads of(threads);
        for (std::int32_t kind = UNITVAR_INIT_CONSTANT; kind <= UNITVAR_INIT_VARIANCE_SCALING; ++kind) {
            CAPTURE(kind);
            unitvar_initializer init{};
            init.struct_size = sizeof init;
            ok(unitvar_initializer_defaults(&init, kind));
            const bool matrix = kind == UNITVAR_INIT_EYE || kind == UNITVAR_INIT_SPARSE;
            const Shape whole = matrix ? Shape{64, 40} : Shape{64, 40, 3};
            check_initializer("unitvar_init", whole,
                              [&](unitvar_generator *g, unitvar_tensor *t) { return unitvar_init(g, &init, t); });
            const std::int64_t offset[3] = {8, 3, 0};
            check_initializer("unitvar_init_shard", matrix ? Shape{40, 20} : Shape{40, 20, 3},
                              [&](unitvar_generator *g, unitvar_tensor *t) {
                                  return unitvar_init_shard(g, &init, t, whole.data(), offset);
                              });
        }
        for (const Layout layout : layouts) {
            const Generator g = generator(UNITVAR_TORCH_MT19937);
            Tensor weight(f32, {300, 100}, layout);
            Tensor kernel(f32, {300, 20, 5}, layout);
            Tensor bias(f32, {300}, layout);
            check("unitvar_torch_linear_reset", {{&weight.bytes(), &bias.bytes()}, g.get()},
                  [&](unitvar_generator *at) { return unitvar_torch_linear_reset(at, weight, bias); });
            Tensor samples({0, 64, 1}, {300, 7}, layout);
            ok(unitvar_init_constant(weight, 0.5));
            check("unitvar_torch_multinomial", {{&samples.bytes()}, g.get()},
                  [&](unitvar_generator *at) { return unitvar_torch_multinomial(at, weight, 0, samples); });
            check("unitvar_torch_conv_reset", {{&kernel.bytes(), &bias.bytes()}, g.get()},
                  [&](unitvar_generator *at) { return unitvar_torch_conv_reset(at, kernel, bias); });
        }
    }
}

TEST_CASE("norms, activations and their gradients")
{
    for (const std::int32_t threads : {1, 2}) {
        const Threads of(threads);
        for (const unitvar_dtype dtype : {f32, f64}) {
            for (const Layout layout : {Layout::dense, Layout::channels_last}) {
                for (const Shape &shape :
                     {Shape{3, 4, 5}, Shape{4, 64, 30, 20}, Shape{300, 64, 2, 3}, Shape{1, 2, 200000}}) {
                    CAPTURE(shape.size());
                    NormTensors t(dtype, shape, layout);
                    check_norms(t);
                }
            }
        }
    }
}

TEST_CASE("moments, mean_var and linear")
{
    for (const std::int32_t threads : {1, 2}) {
        const Threads of(threads);
        std::vector<float> single(9000000, 1.5f);
        std::vector<double> wide(100000, 1.5);
        Bytes moments(sizeof(unitvar_moments), 0);
        auto *const m = reinterpret_cast<unitvar_moments *>(moments.data());
        check("unitvar_moments_update_f32", {{&moments}},
              [&](unitvar_generator *) { return unitvar_moments_update_f32(m, single.data(), single.size()); });
        check("unitvar_moments_update_f64", {{&moments}},
              [&](unitvar_generator *) { return unitvar_moments_update_f64(m, wide.data(), wide.size()); });
        Tensor halves(bf16, {3, 1000}, Layout::dense);
        check("unitvar_moments_update", {{&moments}},
              [&](unitvar_generator *) { return unitvar_moments_update(m, halves); });
        const unitvar_moments other{2, 1, 1};
        check("unitvar_moments_merge", {{&moments}},
              [&](unitvar_generator *) { return unitvar_moments_merge(m, &other); });
        Bytes state(sizeof(unitvar_wide_moments), 0);
        auto *const w = reinterpret_cast<unitvar_wide_moments *>(state.data());
        check("unitvar_wide_moments_update_f32", {{&state}},
              [&](unitvar_generator *) { return unitvar_wide_moments_update_f32(w, single.data(), single.size()); });
        check("unitvar_wide_moments_update_f64", {{&state}},
              [&](unitvar_generator *) { return unitvar_wide_moments_update_f64(w, wide.data(), wide.size()); });
        check("unitvar_wide_moments_update", {{&state}},
              [&](unitvar_generator *) { return unitvar_wide_moments_update(w, halves); });
        const unitvar_wide_moments more{2, 1, 0, 1, 1};
        check("unitvar_wide_moments_merge", {{&state}},
              [&](unitvar_generator *) { return unitvar_wide_moments_merge(w, &more); });
        check("unitvar_wide_moments_mean", {}, [&](unitvar_generator *) {
            double mean = 0;
            return unitvar_wide_moments_mean(&more, &mean);
        });
        check("unitvar_wide_moments_variance", {}, [&](unitvar_generator *) {
            double variance = 0;
            return unitvar_wide_moments_variance(&more, 1, &variance);
        });
        check("unitvar_moments_variance", {}, [&](unitvar_generator *) {
            double variance = 0;
            return unitvar_moments_variance(&other, 1, &variance);
        });
        for (const Layout layout : layouts) {
            for (const unitvar_dtype dtype : {f32, f64}) {
                Tensor x(dtype, {4, 6, 50, 80}, layout);
                const std::vector<std::vector<std::int32_t>> sets{{0}, {1}, {3}, {0, 2}, {0, 1, 3}, {1, 2}};
                for (const std::vector<std::int32_t> &axes : sets) {
                    Shape kept;
                    const std::int64_t lengths[] = {4, 6, 50, 80};
                    for (std::int32_t d = 0; d < 4; ++d)
                        kept.push_back(std::count(axes.begin(), axes.end(), d) != 0 ? 1 : lengths[d]);
                    Tensor mean(dtype, kept, layout);
                    Tensor var(dtype, kept);
                    check("unitvar_mean_var", {{&mean.bytes(), &var.bytes()}}, [&](unitvar_generator *) {
                        return unitvar_mean_var(x, axes.data(), static_cast<std::int32_t>(axes.size()), 1, mean, var);
                    });
                }
            }
        }
        for (const unitvar_dtype dtype : {f32, f64}) {
            for (const std::int64_t side : {5, 300}) {
                Tensor x(dtype, {side, side});
                Tensor weight(dtype, {side + 1, side});
                Tensor bias(dtype, {side + 1});
                Tensor y(dtype, {side, side + 1});
                Tensor grad_x(dtype, {side, side});
                Tensor grad_weight(dtype, {side + 1, side});
                Tensor grad_bias(dtype, {side + 1});
                check("unitvar_linear", {{&y.bytes()}},
                      [&](unitvar_generator *) { return unitvar_linear(x, weight, bias, y); });
                check("unitvar_linear_backward", {{&grad_x.bytes(), &grad_weight.bytes(), &grad_bias.bytes()}},
                      [&](unitvar_generator *) {
                          return unitvar_linear_backward(y, x, weight, grad_x, grad_weight, grad_bias);
                      });
            }
        }
    }
}

TEST_CASE("what is left: numbers, names and settings")
{
    check("unitvar_calculate_gain", {}, [](unitvar_generator *) {
        double gain = 0;
        return unitvar_calculate_gain(UNITVAR_RELU, 0, &gain);
    });
    Tensor t(f32, {3, 4});
    check("unitvar_calculate_fans", {}, [&](unitvar_generator *) {
        std::int64_t in = 0;
        std::int64_t out = 0;
        return unitvar_calculate_fans(t, &in, &out);
    });
    check("unitvar_calculate_fans_layout", {}, [&](unitvar_generator *) {
        std::int64_t in = 0;
        std::int64_t out = 0;
        return unitvar_calculate_fans_layout(t, UNITVAR_K_IN_OUT, 1, &in, &out);
    });
    check("unitvar_calculate_fans_axes", {}, [&](unitvar_generator *) {
        const std::int32_t axes[2] = {0, -1};
        std::int64_t in = 0;
        std::int64_t out = 0;
        return unitvar_calculate_fans_axes(t, axes, 1, axes + 1, 1, nullptr, 0, &in, &out);
    });
    check("unitvar_initializer_defaults", {}, [](unitvar_generator *) {
        unitvar_initializer init{};
        init.struct_size = sizeof init;
        return unitvar_initializer_defaults(&init, UNITVAR_INIT_ORTHOGONAL);
    });
    check("unitvar_draw_defaults", {}, [](unitvar_generator *) {
        unitvar_draw draw{};
        draw.struct_size = sizeof draw;
        return unitvar_draw_defaults(&draw, UNITVAR_DRAW_NORMAL);
    });
    check("unitvar_set_isa", {}, [](unitvar_generator *) { return unitvar_set_isa("auto"); });
    check("unitvar_set_num_threads", {}, [](unitvar_generator *) { return unitvar_set_num_threads(0); });

    const auto no_allocation = [](const char *name, const auto &call) {
        covered().insert(name);
        allocations = 0;
        call();
        CHECK_MESSAGE(allocations == 0, std::string(name));
    };
    std::int32_t value = 0;
    const Generator g = generator(UNITVAR_PCG32);
    std::uint64_t block = 0;
    no_allocation("unitvar_version", [] { static_cast<void>(unitvar_version()); });
    no_allocation("unitvar_version_string", [] { static_cast<void>(unitvar_version_string()); });
    no_allocation("unitvar_stream_version", [] { static_cast<void>(unitvar_stream_version()); });
    no_allocation("unitvar_status_name", [] { static_cast<void>(unitvar_status_name(0)); });
    no_allocation("unitvar_last_error", [] { static_cast<void>(unitvar_last_error()); });
    no_allocation("unitvar_isa", [] { static_cast<void>(unitvar_isa()); });
    check("unitvar_num_threads", {},
          [](unitvar_generator *) { return unitvar_num_threads() >= 1 ? UNITVAR_OK : UNITVAR_INTERNAL; });
    no_allocation("unitvar_initializer_name", [] { static_cast<void>(unitvar_initializer_name(1)); });
    no_allocation("unitvar_draw_name", [] { static_cast<void>(unitvar_draw_name(1)); });
    check("unitvar_engine_from_name", {},
          [&](unitvar_generator *) { return unitvar_engine_from_name("pcg32", &value); });
    check("unitvar_nonlinearity_from_name", {},
          [&](unitvar_generator *) { return unitvar_nonlinearity_from_name("relu", &value); });
    check("unitvar_fan_mode_from_name", {},
          [&](unitvar_generator *) { return unitvar_fan_mode_from_name("fan_in", &value); });
    check("unitvar_weight_layout_from_name", {},
          [&](unitvar_generator *) { return unitvar_weight_layout_from_name("k_in_out", &value); });
    check("unitvar_distribution_from_name", {},
          [&](unitvar_generator *) { return unitvar_distribution_from_name("normal", &value); });
    check("unitvar_initializer_from_name", {},
          [&](unitvar_generator *) { return unitvar_initializer_from_name("zeros", &value); });
    check("unitvar_draw_from_name", {}, [&](unitvar_generator *) { return unitvar_draw_from_name("bits", &value); });
    check("unitvar_status_from_name", {},
          [&](unitvar_generator *) { return unitvar_status_from_name("UNITVAR_OK", &value); });
    no_allocation("unitvar_generator_tell", [&] { unitvar_generator_tell(g.get(), &block); });
    no_allocation("unitvar_generator_destroy", [] { unitvar_generator_destroy(nullptr); });
}

TEST_CASE("norms of rows that are no runs gather blocks of them, not the tensor")
{
    // 8 MiB of 4096 rows of 512, the first index fastest.
    constexpr std::int64_t rows = 4096;
    constexpr std::int64_t length = 512;
    std::vector<float> x(rows * length, 1.0F);
    std::vector<float> y(rows * length);
    std::int64_t shape[] = {rows, length};
    std::int64_t strides[] = {1, rows};
    unitvar_tensor from{x.data(), {1, 0}, 2, f32, shape, strides, 0};
    unitvar_tensor to = from;
    to.data = y.data();
    unitvar_tensor last = from; // the same rows along the first axis
    last.strides = nullptr;
    std::int64_t turned[] = {length, rows};
    last.shape = turned;
    unitvar_tensor to_last = last;
    to_last.data = y.data();
    std::vector<float> ones(rows, 1.0F);
    std::int64_t one_each[] = {rows};
    unitvar_tensor statistic{ones.data(), {1, 0}, 1, f32, one_each, nullptr, 0};
    const std::int32_t axis = 0;
    // Statistics of the rows take 64 KiB at most, blocks of two operands 64 KiB for each thread.
    constexpr std::size_t bound = 64 * 1024 + 2 * 64 * 1024;
    const auto bounded = [&](const char *name, const auto &call) {
        for (const std::int32_t threads : {1, 2}) {
            ok(unitvar_set_num_threads(threads));
            ok(call()); // threads have been started
            allocated_bytes = 0;
            ok(call());
            CHECK_MESSAGE(allocated_bytes <= bound, std::string(name));
        }
        ok(unitvar_set_num_threads(0));
    };
    bounded("layer_norm", [&] { return unitvar_layer_norm(&from, 1, nullptr, nullptr, 1e-5, &to, nullptr, nullptr); });
    bounded("rms_norm", [&] { return unitvar_rms_norm(&from, 1, nullptr, 1e-5, &to, nullptr); });
    bounded("layer_norm in place",
            [&] { return unitvar_layer_norm(&to, 1, nullptr, nullptr, 1e-5, &to, nullptr, nullptr); });
    bounded("rms_norm_residual",
            [&] { return unitvar_rms_norm_residual(&from, &from, 1, nullptr, 1e-5, nullptr, &to, nullptr); });
    bounded("layer_norm_axes", [&] {
        return unitvar_layer_norm_axes(&last, &axis, 1, nullptr, nullptr, 1e-5, &to_last, nullptr, nullptr);
    });
    bounded("layer_norm_given",
            [&] { return unitvar_layer_norm_given(&from, 1, &statistic, &statistic, nullptr, nullptr, &to); });
    bounded("layer_norm_activation", [&] {
        return unitvar_layer_norm_activation(&from, 1, nullptr, nullptr, 1e-5, UNITVAR_RELU, 0, &to, nullptr, nullptr);
    });
}

TEST_CASE("every exported function was among them")
{
    const std::set<std::string> names = exported();
    REQUIRE(names.size() > 80);
    for (const std::string &name : names)
        CHECK_MESSAGE(covered().count(name) == 1, name);
}
