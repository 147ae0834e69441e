// constant, zeros, ones.
#include <algorithm>
#include <array>
#include <cstring>

#include "core/half.hpp"
#include "core/init/elements.hpp"
#include "core/init/kinds.hpp"

namespace unitvar::core {
namespace {

class ConstantSource final : public ElementSource {
public:
    ConstantSource(DType dtype, double value) : element_(encode(dtype, value))
    {
        for (std::size_t i = 0; i < pattern_.size(); i += element_.bytes) {
            std::memcpy(pattern_.data() + i, element_.data.data(), element_.bytes);
        }
        zero_ = std::ranges::all_of(pattern_, [](unsigned char byte) { return byte == 0; });
    }

    void write(void *target, std::uint64_t /*first*/, std::size_t count, StoreMode /*mode*/) const noexcept override
    {
        auto *out = static_cast<unsigned char *>(target);
        std::size_t bytes = count * element_.bytes;
        if (zero_) {
            std::memset(out, 0, bytes);
            return;
        }
        for (; bytes > pattern_.size(); bytes -= pattern_.size(), out += pattern_.size()) {
            std::memcpy(out, pattern_.data(), pattern_.size());
        }
        std::memcpy(out, pattern_.data(), bytes);
    }

private:
    Element element_;
    bool zero_;
    std::array<unsigned char, 1024> pattern_{};
};

} // namespace

SourcePointer make_constant(const InitRequest &request)
{
    return std::make_unique<ConstantSource>(request.dtype, request.initializer.p[0]);
}

SourcePointer make_zeros(const InitRequest &request)
{
    return std::make_unique<ConstantSource>(request.dtype, 0.0);
}

SourcePointer make_ones(const InitRequest &request)
{
    return std::make_unique<ConstantSource>(request.dtype, 1.0);
}

} // namespace unitvar::core
