// A whole model: every tensor by the fork of its name. Large tensors come first, one after another, each on all
// threads; the small ones are then dealt out to the threads as these become free.
#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <string>
#include <vector>

#include "core/init/registry.hpp"
#include "core/message.hpp"
#include "core/parallel.hpp"
#include "core/runtime.hpp"
#include "core/tensor.hpp"
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

// Everything that initialize() checks. Returns the tensor's bytes.
std::uint64_t check(const Generator &generator, const NamedTensor &tensor)
{
    const core::Tensor checked("t", tensor.tensor, core::Access::write);
    Generator forked = generator.fork(tensor.name);
    const core::InitRow &row = core::init_row(tensor.initializer.kind);
    static_cast<void>(
        row.make({tensor.initializer, tensor.tensor.dtype, tensor.tensor.shape, checked.elements(), &forked, {}, {}}));
    return checked.bytes();
}

void initialize_one(const Generator &generator, const NamedTensor &tensor)
{
    Generator forked = generator.fork(tensor.name);
    initialize(&forked, tensor.initializer, tensor.tensor);
}

} // namespace

void initialize_all(const Generator &generator, std::span<const NamedTensor> tensors)
{
    core::require_environment();
    check_names(tensors);
    std::vector<const NamedTensor *> small;
    std::vector<const NamedTensor *> large;
    small.reserve(tensors.size());
    large.reserve(tensors.size());
    for (const NamedTensor &tensor : tensors) {
        try {
            (check(generator, tensor) < large_bytes ? small : large).push_back(&tensor);
        } catch (const InvalidArgument &error) {
            throw InvalidArgument("tensor " + core::quoted(tensor.name) + ": " + error.what());
        } catch (const Unsupported &error) {
            throw Unsupported("tensor " + core::quoted(tensor.name) + ": " + error.what());
        }
    }

    for (const NamedTensor *tensor : large) {
        initialize_one(generator, *tensor);
    }
    std::atomic<std::size_t> next{0};
    std::exception_ptr failure;
    std::mutex mutex;
    core::parallel_for(static_cast<std::size_t>(num_threads()), 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t worker = begin; worker < end; ++worker) {
            for (std::size_t i = next.fetch_add(1); i < small.size(); i = next.fetch_add(1)) {
                try {
                    initialize_one(generator, *small[i]);
                } catch (...) {
                    const std::lock_guard lock(mutex);
                    failure = std::current_exception();
                    next = small.size();
                }
            }
        }
    });
    if (failure) {
        std::rethrow_exception(failure);
    }
}

} // namespace unitvar
