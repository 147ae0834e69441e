// A tensor with its memory: shape, strides and guarded storage that covers exactly the bytes between the lowest and
// the highest element. It gives the elements back in row-major order and tells whether any byte that belongs to no
// element was written. Everything is computed one index at a time.
#ifndef UNITVAR_TESTS_SUPPORT_TENSORS_HPP
#define UNITVAR_TESTS_SUPPORT_TENSORS_HPP

#include "buffers.hpp"

#include <unitvar.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace support {

using Lengths = std::vector<std::int64_t>;

inline constexpr unitvar_dtype f32_dtype{2, 32, 1};
inline constexpr unitvar_dtype f64_dtype{2, 64, 1};
inline constexpr unitvar_dtype bf16_dtype{4, 16, 1};
inline constexpr unitvar_dtype f16_dtype{2, 16, 1};

inline std::size_t element_count(const Lengths &shape)
{
    std::size_t n = 1;
    for (const std::int64_t length : shape)
        n *= static_cast<std::size_t>(length);
    return n;
}

inline Lengths row_major_strides(const Lengths &shape)
{
    Lengths strides(shape.size());
    std::int64_t step = 1;
    for (std::size_t d = shape.size(); d-- > 0;) {
        strides[d] = step;
        step *= shape[d];
    }
    return strides;
}

// The offset of every element from the one with all indices 0, in elements, in row-major order of the indices.
inline std::vector<std::int64_t> element_offsets(const Lengths &shape, const Lengths &strides)
{
    std::vector<std::int64_t> offsets{0};
    for (std::size_t d = 0; d < shape.size(); ++d) {
        std::vector<std::int64_t> next;
        for (const std::int64_t offset : offsets)
            for (std::int64_t i = 0; i < shape[d]; ++i)
                next.push_back(offset + i * strides[d]);
        offsets = std::move(next);
    }
    return offsets;
}

inline bool overlaps(const std::vector<std::int64_t> &offsets)
{
    return std::set<std::int64_t>(offsets.begin(), offsets.end()).size() != offsets.size();
}

class Tensor {
public:
    Tensor(unitvar_dtype dtype, Lengths shape, std::optional<Lengths> strides = std::nullopt,
           std::size_t misalignment = 0)
        : shape_(std::move(shape)), strides_(strides ? *strides : row_major_strides(shape_)),
          offsets_(element_offsets(shape_, strides_)), element_size_(dtype.bits / 8u),
          lowest_(offsets_.empty() ? 0 : *std::min_element(offsets_.begin(), offsets_.end())),
          buffer_(storage_bytes(), misalignment)
    {
        view_.data = buffer_.data();
        view_.device = {1, 0};
        view_.ndim = static_cast<std::int32_t>(shape_.size());
        view_.dtype = dtype;
        view_.shape = shape_.data();
        view_.strides = strides ? strides_.data() : nullptr;
        view_.byte_offset = static_cast<std::uint64_t>(-lowest_) * element_size_;
    }
    Tensor(const Tensor &) = delete;
    Tensor &operator=(const Tensor &) = delete;

    unitvar_tensor *view() { return &view_; }
    std::size_t elements() const { return offsets_.size(); }

    // The bytes of the elements in row-major order of their indices.
    std::vector<unsigned char> logical_bytes() const
    {
        std::vector<unsigned char> result;
        for (const std::int64_t offset : offsets_) {
            const unsigned char *const element = buffer_.data() + byte_position(offset);
            result.insert(result.end(), element, element + element_size_);
        }
        return result;
    }

    template <class T> std::vector<T> logical_values() const
    {
        const std::vector<unsigned char> bytes = logical_bytes();
        std::vector<T> result(bytes.size() / sizeof(T));
        if (!result.empty())
            std::memcpy(result.data(), bytes.data(), bytes.size());
        return result;
    }

    bool untouched() const { return buffer_.untouched(); }

    bool untouched_between_elements() const
    {
        std::vector<bool> is_element(buffer_.size(), false);
        for (const std::int64_t offset : offsets_)
            for (std::size_t k = 0; k < element_size_; ++k)
                is_element[byte_position(offset) + k] = true;
        for (std::size_t i = 0; i < buffer_.size(); ++i)
            if (!is_element[i] && !buffer_.payload_byte_untouched(i))
                return false;
        return buffer_.canaries_intact();
    }

private:
    std::size_t storage_bytes() const
    {
        if (offsets_.empty())
            return 0;
        const std::int64_t highest = *std::max_element(offsets_.begin(), offsets_.end());
        return static_cast<std::size_t>(highest - lowest_ + 1) * element_size_;
    }
    std::size_t byte_position(std::int64_t offset) const
    {
        return static_cast<std::size_t>(offset - lowest_) * element_size_;
    }

    Lengths shape_;
    Lengths strides_;
    std::vector<std::int64_t> offsets_;
    std::size_t element_size_;
    std::int64_t lowest_;
    GuardedBuffer buffer_;
    unitvar_tensor view_{};
};

} // namespace support

#endif
