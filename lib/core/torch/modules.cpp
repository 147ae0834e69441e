// reset_parameters() of PyTorch's layers: kaiming_uniform_ with a = sqrt(5) for the weight, then uniform_ within
// 1 / sqrt(fan_in) for the bias.
#include "unitvar/torch.hpp"

#include <cmath>
#include <optional>
#include <string>

#include "core/floating_point.hpp"
#include "core/init/plan.hpp"
#include "core/init/registry.hpp"
#include "core/message.hpp"
#include "core/torch/row.hpp"
#include "unitvar/error.hpp"
#include "unitvar/init.hpp"

namespace unitvar {
namespace {

void require_torch(const Generator &generator)
{
    if (generator.engine() != Engine::torch_mt19937) {
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

// Both are planned before the weight is drawn.
void reset(Generator &generator, const TensorView &weight_view, const TensorView *bias_view)
{
    core::InitCall weight("weight", weight_view);
    const double fan_in = static_cast<double>(calculate_fans(weight_view.shape).in);
    const double bound = fan_in > 0 ? 1 / std::sqrt(fan_in) : 0;
    Initializer kaiming;
    kaiming.kind = InitKind::kaiming_uniform;
    kaiming.p = {std::sqrt(5.0)};
    core::make_plan(weight.plan(), weight.request(&generator, kaiming));
    std::optional<core::InitCall> bias;
    if (bias_view != nullptr) {
        bias.emplace("bias", *bias_view);
        core::torch_sources.uniform(bias->plan(), bias->request(&generator, {}), -bound, bound, {"bias", "bias"});
        if (core::common_elements(weight.tensor(), bias->tensor()) != core::Overlap::none) {
            core::invalid("bias", "in memory that weight has", "memory of its own");
        }
        bias->reserve();
    }
    weight.reserve();
    weight.run();
    if (bias) {
        bias->run();
    }
}

} // namespace

void torch_linear_reset(Generator &generator, const TensorView &weight, const TensorView *bias)
{
    const core::DefaultFloatingPoint environment;
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
    const core::DefaultFloatingPoint environment;
    require_torch(generator);
    require_rank("weight", weight, 3, 5);
    if (bias != nullptr) {
        require_rank("bias", *bias, 1, 1);
    }
    reset(generator, weight, bias);
}

void torch_embedding_reset(Generator &generator, const TensorView &weight)
{
    const core::DefaultFloatingPoint environment;
    require_torch(generator);
    require_rank("weight", weight, 2, 2);
    init_normal(generator, weight, 0, 1);
}

} // namespace unitvar
