// A whole model: every tensor by the fork of its name. Large tensors come first, one after another, each on all
// threads; the small ones are then dealt out to the threads as these become free.
#include <algorithm>
#include <atomic>
#include <deque>
#include <string>
#include <vector>

#include "core/floating_point.hpp"
#include "core/init/plan.hpp"
#include "core/init/registry.hpp"
#include "core/message.hpp"
#include "core/parallel.hpp"
#include "core/runtime.hpp"
#include "unitvar/error.hpp"
#include "unitvar/runtime.hpp"

namespace unitvar {
namespace {

// Large enough for all threads to share.
constexpr std::uint64_t large_bytes = std::uint64_t{4} << 20U;

void check_names(std::span<const NamedTensor> tensors)
{
    std::vector<std::string_view> names;
    names.reserve(tensors.size());
    for (const NamedTensor &tensor : tensors) {
        names.push_back(tensor.name);
    }
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names);
    if (twice != names.end()) {
        core::invalid("name", core::quoted(*twice), "a name that no other tensor has");
    }
}

// One tensor's initialize(), and the generator of its name.
struct Parameter {
    Parameter(const Generator &generator, const NamedTensor &tensor)
        : name(tensor.name), forked(generator.fork(tensor.name)), call("t", tensor.tensor, tensor.initializer)
    {
        core::make_plan(call.plan(), call.request(&forked, tensor.initializer));
    }
    std::string_view name;
    Generator forked;
    core::InitCall call;
};

// What threads write at the same time must not be the same memory.
void check_memory(const std::deque<Parameter> &parameters)
{
    std::vector<const Parameter *> by_address;
    by_address.reserve(parameters.size());
    for (const Parameter &parameter : parameters) {
        by_address.push_back(&parameter);
    }
    const auto begin = [](const Parameter *parameter) { return parameter->call.tensor().begin_address(); };
    std::ranges::sort(by_address, std::ranges::less{}, begin);
    for (auto one = by_address.begin(); one != by_address.end(); ++one) {
        const core::Tensor &tensor = (*one)->call.tensor();
        for (auto other = one + 1; other != by_address.end() && begin(*other) < tensor.end_address(); ++other) {
            const std::string both = "tensors " + core::quoted((*one)->name) + " and " + core::quoted((*other)->name);
            switch (core::common_elements(tensor, (*other)->call.tensor())) {
            case core::Overlap::none:
                break;
            case core::Overlap::found:
                throw InvalidArgument(both + " share memory; expected elements at addresses of their own");
            case core::Overlap::undecided:
                throw Unsupported(both + " have strides that are too irregular to show that they share no memory");
            }
        }
    }
}

} // namespace

void initialize_all(const Generator &generator, std::span<const NamedTensor> tensors)
{
    const core::DefaultFloatingPoint environment;
    core::require_environment();
    check_names(tensors);
    std::deque<Parameter> parameters;
    for (const NamedTensor &tensor : tensors) {
        try {
            parameters.emplace_back(generator, tensor);
        } catch (const InvalidArgument &error) {
            throw InvalidArgument("tensor " + core::quoted(tensor.name) + ": " + error.what());
        } catch (const Unsupported &error) {
            throw Unsupported("tensor " + core::quoted(tensor.name) + ": " + error.what());
        }
    }
    check_memory(parameters);
    std::vector<core::InitCall *> small;
    small.reserve(tensors.size());
    for (Parameter &parameter : parameters) {
        parameter.call.reserve();
    }

    // A plan's working memory is given back as soon as it has run.
    const auto run = [](core::InitCall &call) {
        call.run();
        call.plan().clear();
    };
    for (Parameter &parameter : parameters) {
        if (parameter.call.tensor().bytes() < large_bytes) {
            small.push_back(&parameter.call);
        } else {
            run(parameter.call);
        }
    }
    std::atomic<std::size_t> next{0};
    core::parallel_for(static_cast<std::size_t>(num_threads()), 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t worker = begin; worker < end; ++worker) {
            for (std::size_t i = next.fetch_add(1); i < small.size(); i = next.fetch_add(1)) {
                run(*small[i]);
            }
        }
    });
}

} // namespace unitvar
