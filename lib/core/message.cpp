// Error messages.
#include "core/message.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "unitvar/error.hpp"

namespace unitvar::core {
namespace {

template <class Number> std::string shortest(Number value)
{
    std::array<char, 32> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    return {buffer.data(), result.ptr};
}

} // namespace

std::string text(double value)
{
    return shortest(value);
}

std::string text(std::int64_t value)
{
    return shortest(value);
}

std::string text(std::uint64_t value)
{
    return shortest(value);
}

std::string text(std::span<const std::int64_t> values)
{
    std::string result = "(";
    for (std::size_t i = 0; i < values.size(); ++i) {
        result += (i == 0 ? "" : ", ") + text(values[i]);
    }
    return result + ")";
}

std::string indexed(std::string_view name, std::size_t i)
{
    return std::string(name) + "[" + text(std::uint64_t{i}) + "]";
}

std::string one_of(std::span<const std::string> values)
{
    std::string result;
    for (std::size_t i = 0; i < values.size(); ++i) {
        result.append(i == 0 ? "" : i + 1 == values.size() ? " or " : ", ").append(values[i]);
    }
    return result;
}

std::string quoted(std::string_view value)
{
    std::string result;
    result.append("\"").append(value).append("\"");
    return result;
}

std::string message(std::string_view name, std::string_view value, std::string_view expected)
{
    std::string result(name);
    result.append(" is ").append(value).append("; expected ").append(expected);
    return result;
}

void invalid(std::string_view name, std::string_view value, std::string_view expected)
{
    throw InvalidArgument(message(name, value, expected));
}

void require_finite(std::string_view name, double value)
{
    if (!std::isfinite(value)) {
        invalid_value(name, value, "a finite number");
    }
}

} // namespace unitvar::core
