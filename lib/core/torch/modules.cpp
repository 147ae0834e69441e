// reset_parameters() of PyTorch's layers: kaiming_uniform_ with a = sqrt(5) for the weight, then uniform_ within
// 1 / sqrt(fan_in) for the bias.
#include "unitvar/torch.hpp"

#include <cmath>
#include <string>

#include "core/message.hpp"
#include "core/tensor.hpp"
#include "core/torch/sample.hpp"
#include "unitvar/error.hpp"
#include "unitvar/init.hpp"

namespace unitvar {
namespace {

void require_torch(const Generator &generator)
{
    if (!core::is_torch(generator)) {
        core::invalid_value("g's engine", static_cast<std::int64_t>(generator.engine()),
                            "3 (torch_mt19937), whose numbers PyTorch's layers hold");
    }
}

void require_rank(const char *name, const TensorView &tensor, std::size_t least, std::size_t most)
{
    const std::size_t ndim = tensor.shape.size();
    if (ndim < least || ndim > most) {
        core::invalid_value(std::string(name) + "->ndim", std::uint64_t{ndim},
                            least == most ? core::text(std::uint64_t{least}) + " dimensions"
                                          : core::text(std::uint64_t{least}) + " to " +
                                                core::text(std::uint64_t{most}) + " dimensions");
    }
}

// Everything is checked before the weight is drawn.
void reset(Generator &generator, const TensorView &weight, const TensorView *bias)
{
    static_cast<void>(core::Tensor("weight", weight, core::Access::write));
    const double fan_in = static_cast<double>(calculate_fans(weight.shape).in);
    const double bound = fan_in > 0 ? 1 / std::sqrt(fan_in) : 0;
    if (bias != nullptr) {
        static_cast<void>(core::Tensor("bias", *bias, core::Access::write));
        core::torch_check_uniform(bias->dtype, -bound, bound, {"bias", "bias"});
    }
    init_kaiming_uniform(generator, weight, std::sqrt(5.0));
    if (bias != nullptr) {
        init_uniform(generator, *bias, -bound, bound);
    }
}

} // namespace

void torch_linear_reset(Generator &generator, const TensorView &weight, const TensorView *bias)
{
    require_torch(generator);
    require_rank("weight", weight, 2, 2);
    if (bias != nullptr) {
        require_rank("bias", *bias, 1, 1);
        if (bias->shape[0] != weight.shape[0]) {
            core::invalid_value("bias->shape[0]", bias->shape[0],
                                core::text(weight.shape[0]) + ", as weight->shape[0]");
        }
    }
    reset(generator, weight, bias);
}

void torch_conv_reset(Generator &generator, const TensorView &weight, const TensorView *bias)
{
    require_torch(generator);
    require_rank("weight", weight, 3, 5);
    if (bias != nullptr) {
        require_rank("bias", *bias, 1, 1);
    }
    reset(generator, weight, bias);
}

void torch_embedding_reset(Generator &generator, const TensorView &weight)
{
    require_torch(generator);
    require_rank("weight", weight, 2, 2);
    init_normal(generator, weight, 0, 1);
}

} // namespace unitvar
