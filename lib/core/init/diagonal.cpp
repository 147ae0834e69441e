// eye, identity and dirac: one value in a sea of zeros, no more than once for each row of the first dimension.
#include <algorithm>
#include <cstring>

#include "core/init/elements.hpp"
#include "core/init/kinds.hpp"
#include "core/message.hpp"

namespace unitvar::core {
namespace {

// Row r, of row_elements, has its value at (r mod period) * step + center where r mod period < ones.
struct Pattern {
    std::uint64_t row_elements;
    std::uint64_t period;
    std::uint64_t ones;
    std::uint64_t step;
    std::uint64_t center;
};

class DiagonalPlan final : public AddressedPlan {
public:
    DiagonalPlan(DType dtype, const Pattern &pattern, double value = 1)
        : value_(encode(dtype, value)), pattern_(pattern)
    {
    }

private:
    void write(void *target, std::uint64_t first, std::size_t count, StoreMode /*mode*/) const noexcept override
    {
        auto *out = static_cast<unsigned char *>(target);
        std::memset(out, 0, count * value_.bytes);
        const std::uint64_t end = first + count;
        for (std::uint64_t row = first / pattern_.row_elements; row * pattern_.row_elements < end; ++row) {
            const std::uint64_t index = row % pattern_.period;
            const std::uint64_t at = row * pattern_.row_elements + index * pattern_.step + pattern_.center;
            if (index < pattern_.ones && at >= first && at < end) {
                std::memcpy(out + (at - first) * value_.bytes, value_.data.data(), value_.bytes);
            }
        }
    }

    Element value_;
    Pattern pattern_;
};

Pattern matrix_diagonal(std::span<const std::int64_t> shape)
{
    if (shape.size() != 2) {
        invalid_value("ndim", std::uint64_t{shape.size()}, "2 dimensions");
    }
    const auto rows = static_cast<std::uint64_t>(shape[0]);
    const auto columns = static_cast<std::uint64_t>(shape[1]);
    return {columns, rows, columns, 1, 0};
}

} // namespace

void make_eye(PlanSlot &slot, const InitRequest &request)
{
    slot.emplace<DiagonalPlan>(request.dtype, matrix_diagonal(request.shape));
}

void make_identity(PlanSlot &slot, const InitRequest &request)
{
    const Pattern pattern = matrix_diagonal(request.shape);
    slot.emplace<DiagonalPlan>(request.dtype, pattern,
                               rounded_parameter(request.dtype, "gain", request.initializer.p[0]));
}

void make_dirac(PlanSlot &slot, const InitRequest &request)
{
    const std::span<const std::int64_t> shape = request.shape;
    const std::int64_t groups = request.initializer.groups;
    if (shape.size() < 3 || shape.size() > 5) {
        invalid_value("ndim", std::uint64_t{shape.size()}, "3 to 5 dimensions");
    }
    if (groups < 1) {
        invalid_value("groups", groups, "a number >= 1");
    }
    if (shape[0] % groups != 0) {
        invalid_value("groups", groups, "a divisor of shape[0], which is " + text(shape[0]));
    }
    std::uint64_t spatial = 1;
    std::uint64_t center = 0;
    for (std::size_t i = 2; i < shape.size(); ++i) {
        const auto length = static_cast<std::uint64_t>(shape[i]);
        center = center * length + length / 2;
        spatial *= length;
    }
    const auto channels = static_cast<std::uint64_t>(shape[1]);
    const auto period = static_cast<std::uint64_t>(shape[0] / groups);
    slot.emplace<DiagonalPlan>(request.dtype, Pattern{channels * spatial, period, channels, spatial, center});
}

} // namespace unitvar::core
