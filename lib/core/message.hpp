// Error messages of one form: "NAME is VALUE; expected WHAT".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace unitvar::core {

[[nodiscard]] std::string text(double value); // the shortest that reads back, whatever the locale
[[nodiscard]] std::string text(std::int64_t value);
[[nodiscard]] std::string text(std::uint64_t value);
[[nodiscard]] std::string text(std::span<const std::int64_t> values); // (1, 2, 3)

// NAME[i].
[[nodiscard]] std::string indexed(std::string_view name, std::size_t i);

// "a, b or c".
[[nodiscard]] std::string one_of(std::span<const std::string> values);

[[nodiscard]] std::string quoted(std::string_view value);

[[nodiscard]] std::string message(std::string_view name, std::string_view value, std::string_view expected);

[[noreturn]] void invalid(std::string_view name, std::string_view value, std::string_view expected);
template <class Number> [[noreturn]] void invalid_value(std::string_view name, Number value, std::string_view expected)
{
    invalid(name, text(value), expected);
}

// Throws InvalidArgument unless the value is finite.
void require_finite(std::string_view name, double value);

} // namespace unitvar::core
