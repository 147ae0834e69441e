// A tensor from another one's values, by the rules of NumPy's broadcasting: the values are seen by a view of the tensor's
// shape, with strides of 0, gathered piece by piece and rounded to its type.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "core/floating_point.hpp"
#include "core/half.hpp"
#include "core/init/elements.hpp"
#include "core/init/region.hpp"
#include "core/layout.hpp"
#include "core/message.hpp"
#include "core/runtime.hpp"
#include "core/tensor.hpp"
#include "unitvar/init.hpp"

namespace unitvar {
namespace core {
namespace {

// The strides of values in a tensor of this shape.
class BroadcastStrides {
public:
    // Throws InvalidArgument where the lengths do not match.
    BroadcastStrides(const Tensor &values, std::span<const std::int64_t> shape) : ndim_(shape.size())
    {
        if (values.ndim() > ndim_) {
            invalid_value("values->ndim", std::uint64_t{values.ndim()},
                          "at most " + text(std::uint64_t{ndim_}) + ", as t has");
        }
        const std::size_t added = ndim_ - values.ndim();
        for (std::size_t d = 0; d < values.ndim(); ++d) {
            const std::int64_t length = values.shape()[d];
            if (length != 1 && length != shape[added + d]) {
                invalid_value(indexed("values->shape", d), length,
                              "1, or " + text(shape[added + d]) + " as " + indexed("t->shape", added + d));
            }
            strides_[added + d] = length == 1 ? 0 : values.stride(d);
        }
    }
    [[nodiscard]] std::span<const std::int64_t> strides() const noexcept { return {strides_.data(), ndim_}; }

private:
    std::size_t ndim_;
    std::array<std::int64_t, most_dimensions> strides_{};
};

double decoded(DType dtype, const unsigned char *source) noexcept
{
    if (dtype == DType::f64) {
        double value;
        std::memcpy(&value, source, sizeof value);
        return value;
    }
    if (dtype == DType::f32) {
        float value;
        std::memcpy(&value, source, sizeof value);
        return static_cast<double>(value);
    }
    std::uint16_t value;
    std::memcpy(&value, source, sizeof value);
    return static_cast<double>(dtype == DType::bf16 ? widen_bf16(value) : widen_f16(value));
}

class ValuesSource final : public ElementSource {
public:
    ValuesSource(const Tensor &values, DType dtype) : layout_(values), from_(values.dtype()), to_(dtype) {}

    void write(void *target, std::uint64_t first, std::size_t count, StoreMode /*mode*/) const noexcept override
    {
        if (from_ == to_) {
            layout_.gather(target, first, count);
            return;
        }
        auto *out = static_cast<unsigned char *>(target);
        std::array<unsigned char, 4096> buffer;
        const std::size_t width = element_bytes(from_);
        for (std::size_t done = 0; done < count;) {
            const std::size_t n = std::min(count - done, buffer.size() / width);
            layout_.gather(buffer.data(), first + done, n);
            for (std::size_t i = 0; i < n; ++i) {
                const Element element = encode(to_, decoded(from_, buffer.data() + i * width));
                std::memcpy(out, element.data.data(), element.bytes);
                out += element.bytes;
            }
            done += n;
        }
    }

private:
    Layout layout_;
    DType from_;
    DType to_;
};

} // namespace
} // namespace core

void init_values(const TensorView &tensor, const TensorView &values)
{
    const core::DefaultFloatingPoint environment;
    const core::Tensor to("t", tensor, core::Access::write);
    const core::Tensor from("values", values, core::Access::read);
    const core::BroadcastStrides strides(from, to.shape());
    core::require_environment();
    if (to.elements() == 0) {
        return;
    }
    if (core::common_elements(to, from) != core::Overlap::none) {
        core::invalid("values", "in memory that t has", "memory of its own");
    }
    const core::Tensor wide("values", TensorView{from.data(), from.dtype(), to.shape(), strides.strides()},
                            core::Access::read);
    const core::Layout layout(to);
    write_region(core::ValuesSource(wide, to.dtype()), layout, core::Region(to.elements()));
}

} // namespace unitvar
