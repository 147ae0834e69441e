// Single values of any element type.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>

#include "core/half.hpp"
#include "core/tensor.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar::core {

struct Element {
    std::array<unsigned char, 8> data{};
    std::size_t bytes = 0;
};

// Rounded to the type, by way of f32 for 16 bits as in PyTorch.
[[nodiscard]] inline Element encode(DType dtype, double value) noexcept
{
    Element element;
    element.bytes = element_bytes(dtype);
    const auto narrow = static_cast<float>(value);
    const std::uint16_t half = dtype == DType::bf16 ? round_to_bf16(narrow) : round_to_f16(narrow);
    const void *source = &value;
    if (dtype == DType::f32) {
        source = &narrow;
    } else if (dtype != DType::f64) {
        source = &half;
    }
    std::memcpy(element.data.data(), source, element.bytes);
    return element;
}

} // namespace unitvar::core
