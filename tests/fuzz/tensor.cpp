// Any function that takes tensors, with descriptors of any shape, strides, offset, element type and device: what is
// unsound is refused, a call that fails touches nothing, one that succeeds touches the elements of its outputs alone.
#include "tensors.hpp"

#include <deque>

namespace {

using fuzz::Input;
using fuzz::Lengths;
using fuzz::promise;
using fuzz::Tensor;

// The arguments of one call, which frees them.
class Call {
public:
    explicit Call(Input &input) : input_(input) {}

    unitvar_tensor *in(const Lengths &shape, unitvar_dtype dtype) { return make(inputs_, shape, dtype); }
    unitvar_tensor *out(const Lengths &shape, unitvar_dtype dtype) { return make(outputs_, shape, dtype); }
    unitvar_tensor *in_or_null(const Lengths &shape, unitvar_dtype dtype)
    {
        return input_.coin() ? nullptr : in(shape, dtype);
    }
    unitvar_tensor *out_or_null(const Lengths &shape, unitvar_dtype dtype)
    {
        return input_.coin() ? nullptr : out(shape, dtype);
    }
    // Mostly a tensor of its own, else the input that is at the same time the output.
    unitvar_tensor *out_like(unitvar_tensor *x, const Lengths &shape, unitvar_dtype dtype)
    {
        if (input_.between(0, 3) != 3) {
            return out(shape, dtype);
        }
        for (Tensor &tensor : inputs_) {
            if (tensor.view() == x) {
                in_place_ = &tensor;
            }
        }
        return x;
    }

    void check(std::int32_t status) const
    {
        bool unsound = false;
        for (const auto *tensors : {&inputs_, &outputs_}) {
            for (const Tensor &tensor : *tensors) {
                unsound = unsound || tensor.unsound();
            }
        }
        promise(!unsound || status != UNITVAR_OK, "an unsound tensor is refused");
        for (const Tensor &tensor : inputs_) {
            promise(&tensor == in_place_ && status == UNITVAR_OK ? tensor.untouched_between_elements()
                                                                 : tensor.untouched(),
                    "inputs stay as they are");
        }
        for (const Tensor &tensor : outputs_) {
            if (status != UNITVAR_OK) {
                promise(tensor.untouched(), "a call that fails writes nothing");
                continue;
            }
            // Running statistics that nobody records are inputs.
            promise(!tensor.overlapping() || tensor.untouched(), "outputs whose elements share memory are refused");
            promise(tensor.untouched_between_elements(), "nothing is written between elements");
        }
    }
    // What initialisers that ask for nothing but a tensor promise.
    void check_complete(std::int32_t status) const
    {
        const Tensor &tensor = outputs_.front();
        promise(tensor.unsound() || tensor.overlapping() || status == UNITVAR_OK, "a sound tensor is filled");
    }

private:
    unitvar_tensor *make(std::deque<Tensor> &tensors, const Lengths &shape, unitvar_dtype dtype)
    {
        return tensors.emplace_back(input_, shape, dtype).view();
    }

    Input &input_;
    std::deque<Tensor> inputs_;
    std::deque<Tensor> outputs_;
    const Tensor *in_place_ = nullptr;
};

// Fills of one tensor.
using Fill = std::int32_t (*)(unitvar_generator *, Input &, unitvar_tensor *);
constexpr Fill fills[] = {
    [](unitvar_generator *, Input &, unitvar_tensor *t) { return unitvar_init_zeros(t); },
    [](unitvar_generator *, Input &, unitvar_tensor *t) { return unitvar_init_ones(t); },
    [](unitvar_generator *, Input &i, unitvar_tensor *t) { return unitvar_init_constant(t, i.number()); },
    [](unitvar_generator *, Input &, unitvar_tensor *t) { return unitvar_init_eye(t); },
    [](unitvar_generator *, Input &i, unitvar_tensor *t) { return unitvar_init_identity(t, i.number()); },
    [](unitvar_generator *, Input &i, unitvar_tensor *t) { return unitvar_init_dirac(t, i.usual<std::int64_t>(1, 3)); },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) {
        return unitvar_init_uniform(g, t, i.number(), i.number());
    },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) { return unitvar_init_normal(g, t, i.number(), i.number()); },
    [](unitvar_generator *g, Input &, unitvar_tensor *t) { return unitvar_init_trunc_normal(g, t, 0, 1, -2, 2); },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) {
        // Any bounds, and the thousand draws of an element that some need, are for the other targets' few elements.
        const double mean = i.number();
        const double std = i.number();
        return unitvar_init_trunc_normal(g, t, mean, std, mean - 2 * std, mean + 2 * std);
    },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) { return unitvar_init_xavier_uniform(g, t, i.number()); },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) {
        return unitvar_init_kaiming_normal(g, t, i.number(), i.usual(0, 3), i.usual(0, 11));
    },
    [](unitvar_generator *g, Input &, unitvar_tensor *t) { return unitvar_init_orthogonal(g, t, 1); },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) {
        return unitvar_init_orthogonal_axis(g, t, i.number(), i.usual(-5, 5));
    },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) { return unitvar_init_delta_orthogonal(g, t, i.number()); },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) {
        return unitvar_init_delta_orthogonal_layout(g, t, 1, i.usual(0, 2));
    },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) { return unitvar_init_sparse(g, t, i.number(), i.number()); },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) {
        return unitvar_init_variance_scaling(g, t, i.number(), i.usual(0, 3), i.usual(0, 2));
    },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) {
        return unitvar_init_variance_scaling_fans(g, t, 1, i.number(), i.number(), i.usual(0, 3), i.usual(0, 2));
    },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) { return unitvar_init_he_normal(g, t, i.usual(0, 2)); },
    [](unitvar_generator *g, Input &, unitvar_tensor *t) { return unitvar_torch_random(g, t); },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) {
        const auto low = i.usual<std::int64_t>(-9, 9);
        return unitvar_torch_randint(g, t, low, i.usual<std::int64_t>(-9, 200));
    },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) { return unitvar_torch_bernoulli(g, t, i.number()); },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) { return unitvar_torch_geometric(g, t, i.number()); },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) { return unitvar_torch_exponential(g, t, i.number()); },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) {
        return unitvar_torch_log_normal(g, t, i.number(), i.number());
    },
    [](unitvar_generator *g, Input &i, unitvar_tensor *t) {
        return unitvar_torch_cauchy(g, t, i.number(), i.number());
    },
};
constexpr std::size_t complete_fills = 3;

// Norms, activations and gradients: the tensors of x's shape, and others by what they stand for.
struct Shapes {
    Lengths x, channel, row, outer, groups;
    std::int32_t row_ndim;
    std::int64_t group_count;

    Shapes(Input &input, Lengths shape) : x(std::move(shape))
    {
        const std::size_t ndim = x.size();
        channel = {ndim < 2 ? 1 : x[1]};
        const std::size_t rows = ndim == 0 ? 0 : ndim - input.below(ndim);
        row.assign(x.end() - static_cast<std::ptrdiff_t>(rows), x.end());
        outer.assign(x.begin(), x.end() - static_cast<std::ptrdiff_t>(rows));
        row_ndim = input.rarely() ? input.any<std::int32_t>() : static_cast<std::int32_t>(rows);
        group_count = input.usual<std::int64_t>(1, 4);
        groups = {ndim == 0 ? 1 : x[0], group_count};
    }
};

struct Norm {
    Call &call;
    Input &i;
    Shapes s;
    unitvar_dtype dtype;
    unitvar_dtype parameter; // of weights
    unitvar_tensor *x;

    Norm(Call &of, Input &input)
        : call(of), i(input), s(input, fuzz::usual_shape(input)), dtype(input.one_of(fuzz::floats)),
          parameter(input.coin() && dtype.bits == 16 ? fuzz::floats[0] : dtype), x(call.in(s.x, dtype))
    {
    }
    unitvar_tensor *grad() { return call.in(s.x, dtype); }
    unitvar_tensor *y() { return call.out_like(x, s.x, dtype); }
    unitvar_tensor *y_or_null() { return i.coin() ? nullptr : y(); }
    unitvar_tensor *in(const Lengths &shape) { return call.in(shape, parameter); }
    unitvar_tensor *some(const Lengths &shape) { return call.in_or_null(shape, parameter); }
    unitvar_tensor *out(const Lengths &shape) { return call.out_or_null(shape, parameter); }
    double eps() { return i.rarely() ? i.number() : 1e-5; }
    std::int32_t activation()
    {
        return i.rarely() ? i.any<std::int32_t>() : i.one_of({UNITVAR_LINEAR, UNITVAR_RELU, UNITVAR_LEAKY_RELU});
    }
};

// Of a linear layer on rows of x.
struct Linear {
    std::int64_t in;
    std::int64_t outs;
    Lengths result;

    explicit Linear(Norm &n)
        : in(n.s.x.empty() ? 1 : n.s.x.back()), outs(n.i.between<std::int64_t>(0, 9)), result(n.s.x)
    {
        if (!result.empty()) {
            result.back() = outs;
        }
    }
};

using Operation = std::int32_t (*)(Norm &);
constexpr Operation operations[] = {
    [](Norm &n) {
        std::int32_t axes[3];
        for (std::int32_t &axis : axes) {
            axis = n.i.usual(-5, 5);
        }
        const std::int32_t count = n.i.usual(0, 3);
        // The array has three; more are refused only by number.
        const bool all = n.i.coin() || count > 3;
        Lengths kept = all ? Lengths{} : n.s.outer;
        return unitvar_mean_var(n.x, all ? nullptr : axes, count, n.i.number(), n.out(kept), n.out(kept));
    },
    [](Norm &n) {
        return unitvar_layer_norm_activation(n.x, n.s.row_ndim, n.some(n.s.row), n.some(n.s.row), n.eps(),
                                             n.activation(), n.i.number(), n.y(), n.out(n.s.outer), n.out(n.s.outer));
    },
    [](Norm &n) {
        return unitvar_rms_norm_activation(n.x, n.s.row_ndim, n.some(n.s.row), n.eps(), n.activation(), n.i.number(),
                                           n.y(), n.out(n.s.outer));
    },
    [](Norm &n) {
        return unitvar_layer_norm_residual(n.x, n.grad(), n.s.row_ndim, n.some(n.s.row), n.some(n.s.row), n.eps(),
                                           n.y_or_null(), n.call.out(n.s.x, n.dtype), n.out(n.s.outer),
                                           n.out(n.s.outer));
    },
    [](Norm &n) {
        return unitvar_rms_norm_residual(n.x, n.grad(), n.s.row_ndim, n.some(n.s.row), n.eps(), n.y_or_null(),
                                         n.call.out(n.s.x, n.dtype), n.out(n.s.outer));
    },
    [](Norm &n) {
        const std::int32_t axis = n.i.usual(-5, 5);
        const Lengths row{n.s.x.empty() ? 1 : n.s.x.back()};
        return unitvar_layer_norm_axes(n.x, &axis, n.i.between(-1, 1), n.some(row), n.some(row), n.eps(), n.y(),
                                       n.out(n.s.outer), n.out(n.s.outer));
    },
    [](Norm &n) {
        const std::int32_t axis = n.i.usual(-5, 5);
        return unitvar_rms_norm_axes(n.x, &axis, n.i.between(-1, 1), n.some(n.s.channel), n.eps(), n.y(),
                                     n.out(n.s.outer));
    },
    [](Norm &n) {
        return unitvar_layer_norm_given(n.x, n.s.row_ndim, n.in(n.s.outer), n.in(n.s.outer), n.some(n.s.row),
                                        n.some(n.s.row), n.y());
    },
    [](Norm &n) {
        return unitvar_group_norm_activation(n.x, n.s.group_count, n.some(n.s.channel), n.some(n.s.channel), n.eps(),
                                             n.activation(), n.i.number(), n.y(), n.out(n.s.groups), n.out(n.s.groups));
    },
    [](Norm &n) {
        std::int64_t batches = n.i.usual<std::int64_t>(0, 3);
        return unitvar_batch_norm_activation(n.x, n.some(n.s.channel), n.some(n.s.channel), n.out(n.s.channel),
                                             n.out(n.s.channel), n.i.coin() ? &batches : nullptr, n.i.between(0, 1),
                                             n.i.number(), n.eps(), n.activation(), n.i.number(), n.y(),
                                             n.out(n.s.channel), n.out(n.s.channel));
    },
    [](Norm &n) {
        return unitvar_instance_norm_activation(n.x, n.some(n.s.channel), n.some(n.s.channel), n.out(n.s.channel),
                                                n.out(n.s.channel), n.i.between(0, 1), n.i.number(), n.eps(),
                                                n.activation(), n.i.number(), n.y());
    },
    [](Norm &n) {
        const double logits[3] = {n.i.number(), n.i.number(), n.i.number()};
        return unitvar_switchable_norm(n.x, n.some(n.s.channel), n.some(n.s.channel), logits, logits,
                                       n.out(n.s.channel), n.out(n.s.channel), n.i.between(0, 1), n.i.number(), n.eps(),
                                       n.y());
    },
    [](Norm &n) {
        return unitvar_local_response_norm_window(n.x, n.i.usual<std::int64_t>(0, 4), n.i.usual<std::int64_t>(0, 4),
                                                  n.i.usual<std::int64_t>(1, 5), n.i.number(), n.i.number(),
                                                  n.i.number(), n.y());
    },
    [](Norm &n) {
        return unitvar_layer_norm_backward(n.grad(), n.x, n.s.row_ndim, n.in(n.s.outer), n.in(n.s.outer),
                                           n.some(n.s.row), n.y_or_null(), n.out(n.s.row), n.out(n.s.row));
    },
    [](Norm &n) {
        return unitvar_rms_norm_backward(n.grad(), n.x, n.s.row_ndim, n.in(n.s.outer), n.some(n.s.row), n.y_or_null(),
                                         n.out(n.s.row));
    },
    [](Norm &n) {
        return unitvar_group_norm_backward(n.grad(), n.x, n.s.group_count, n.in(n.s.groups), n.in(n.s.groups),
                                           n.some(n.s.channel), n.y_or_null(), n.out(n.s.channel), n.out(n.s.channel));
    },
    [](Norm &n) {
        return unitvar_batch_norm_backward(n.grad(), n.x, n.in(n.s.channel), n.in(n.s.channel), n.some(n.s.channel),
                                           n.i.between(0, 1), n.y_or_null(), n.out(n.s.channel), n.out(n.s.channel));
    },
    [](Norm &n) {
        return unitvar_instance_norm_backward(n.grad(), n.x, n.some(n.s.channel), n.some(n.s.channel),
                                              n.some(n.s.channel), n.i.between(0, 1), n.eps(), n.y_or_null(),
                                              n.out(n.s.channel), n.out(n.s.channel));
    },
    [](Norm &n) {
        const double logits[3] = {n.i.number(), n.i.number(), n.i.number()};
        return unitvar_switchable_norm_backward(n.grad(), n.x, n.some(n.s.channel), logits, logits, n.some(n.s.channel),
                                                n.some(n.s.channel), n.i.between(0, 1), n.eps(), n.y_or_null(),
                                                n.out(n.s.channel), n.out(n.s.channel), nullptr, nullptr);
    },
    [](Norm &n) {
        return unitvar_local_response_norm_backward(n.grad(), n.x, n.i.usual<std::int64_t>(1, 5), n.i.number(),
                                                    n.i.number(), n.i.number(), n.y());
    },
    [](Norm &n) { return unitvar_leaky_relu(n.x, n.i.number(), n.y()); },
    [](Norm &n) { return unitvar_prelu(n.x, n.in(n.s.channel), n.y()); },
    [](Norm &n) { return unitvar_leaky_relu_backward(n.grad(), n.x, n.i.number(), n.y()); },
    [](Norm &n) { return unitvar_prelu_backward(n.grad(), n.x, n.in(n.s.channel), n.y_or_null(), n.out(n.s.channel)); },
    [](Norm &n) {
        const Linear l(n);
        return unitvar_linear(n.x, n.in({l.outs, l.in}), n.some({l.outs}), n.call.out(l.result, n.dtype));
    },
    [](Norm &n) {
        const Linear l(n);
        return unitvar_linear_backward(n.call.in(l.result, n.dtype), n.x, n.in({l.outs, l.in}), n.y_or_null(),
                                       n.out({l.outs, l.in}), n.out({l.outs}));
    },
    [](Norm &n) {
        unitvar_wide_moments moments{};
        return unitvar_wide_moments_update(&moments, n.x);
    },
    [](Norm &n) {
        alignas(8) unitvar_wide_moments moments[8] = {};
        const std::size_t count = n.s.x.size() < 2 ? 1 : static_cast<std::size_t>(n.s.x[1] % 8);
        return unitvar_batch_moments(n.x, moments, count);
    },
    [](Norm &n) { return unitvar_init_values(n.call.out(n.s.x, n.dtype), n.x); },
    [](Norm &n) {
        unitvar_tensor *const y = n.y();
        const fuzz::Generator g = fuzz::generator(n.i);
        return unitvar_dropout(g.get(), n.x, n.i.number(), y);
    },
    [](Norm &n) {
        unitvar_tensor *const samples = n.call.out(n.s.outer, {0, 64, 1});
        const fuzz::Generator g = fuzz::generator(n.i);
        return unitvar_torch_multinomial(g.get(), n.x, n.i.between(0, 1), samples);
    },
};

void fill(Input &input)
{
    const std::size_t which = input.below(std::size(fills));
    const fuzz::Generator g = fuzz::generator(input);
    Call call(input);
    unitvar_tensor *const t = call.out(fuzz::usual_shape(input), input.one_of(fuzz::numbers));
    const fuzz::Bytes before = g ? fuzz::saved(g.get()) : fuzz::Bytes{};
    const bool floating = t->dtype.code == 2 || t->dtype.code == 4;
    const std::int32_t status = fills[which](g.get(), input, t);
    call.check(status);
    if (which < complete_fills && floating) {
        call.check_complete(status);
    }
    if (g && status != UNITVAR_OK) {
        promise(fuzz::saved(g.get()) == before, "a call that fails leaves its generator as it was");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    Input input(data, size);
    if (input.coin()) {
        fill(input);
        return 0;
    }
    const Operation operation = operations[input.below(std::size(operations))];
    Call call(input);
    Norm norm(call, input);
    call.check(operation(norm));
    return 0;
}
