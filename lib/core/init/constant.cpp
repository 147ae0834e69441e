// constant, zeros, ones.
#include <algorithm>
#include <cstring>

#include "core/init/elements.hpp"
#include "core/init/kinds.hpp"

namespace unitvar::core {
namespace {

// Elements whose bytes are all 0 are a memset; others are written once and then doubled, up to what a cache holds
// easily, and copied from there on.
class ConstantPlan final : public AddressedPlan {
public:
    ConstantPlan(DType dtype, double value)
        : element_(encode(dtype, value)),
          zero_(std::ranges::all_of(element_.data, [](unsigned char byte) { return byte == 0; }))
    {
    }

private:
    void write(void *target, std::uint64_t /*first*/, std::size_t count, StoreMode /*mode*/) const noexcept override
    {
        constexpr std::size_t most = 4096;
        auto *const out = static_cast<unsigned char *>(target);
        const std::size_t bytes = count * element_.bytes;
        if (zero_) {
            std::memset(out, 0, bytes);
            return;
        }
        std::memcpy(out, element_.data.data(), element_.bytes);
        for (std::size_t done = element_.bytes; done < bytes;) {
            const std::size_t part = std::min({done, bytes - done, most});
            std::memcpy(out + done, out, part);
            done += part;
        }
    }

    Element element_;
    bool zero_;
};

} // namespace

void make_constant(PlanSlot &slot, const InitRequest &request)
{
    slot.emplace<ConstantPlan>(request.dtype, request.initializer.p[0]);
}

void make_zeros(PlanSlot &slot, const InitRequest &request)
{
    slot.emplace<ConstantPlan>(request.dtype, 0.0);
}

void make_ones(PlanSlot &slot, const InitRequest &request)
{
    slot.emplace<ConstantPlan>(request.dtype, 1.0);
}

} // namespace unitvar::core
