// Gains, fans and deviations of the variance-scaled initialisers, from the papers and torch.nn.init, in double and
// in the order of operations that torch.nn.init uses: the last bit of the deviation is part of the promise.
#ifndef UNITVAR_TESTS_ORACLE_INITIALIZERS_HPP
#define UNITVAR_TESTS_ORACLE_INITIALIZERS_HPP

#include <unitvar.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace oracle {

inline double gain(std::int32_t nonlinearity, double slope)
{
    switch (nonlinearity) {
    case UNITVAR_TANH:
        return 5.0 / 3.0;
    case UNITVAR_RELU:
        return std::sqrt(2.0);
    case UNITVAR_LEAKY_RELU: {
        const double s = std::isnan(slope) ? 0.01 : slope;
        return std::sqrt(2.0 / (1.0 + s * s));
    }
    case UNITVAR_SELU:
        return 3.0 / 4.0;
    case UNITVAR_GELU:
        return 1.5335304411955353;
    case UNITVAR_MISH:
        return 1.486847581273208;
    case UNITVAR_GAIN:
        return slope;
    default:
        return 1.0;
    }
}

// (fan_in, fan_out)
inline std::pair<std::int64_t, std::int64_t> fans(const std::vector<std::int64_t> &shape)
{
    std::int64_t receptive_field = 1;
    for (std::size_t d = 2; d < shape.size(); ++d)
        receptive_field *= shape[d];
    return {shape[1] * receptive_field, shape[0] * receptive_field};
}

inline double xavier_std(const std::vector<std::int64_t> &shape, double factor)
{
    const auto [fan_in, fan_out] = fans(shape);
    return factor * std::sqrt(2.0 / static_cast<double>(fan_in + fan_out));
}

inline double chosen_fan(const std::vector<std::int64_t> &shape, std::int32_t fan_mode)
{
    const auto [fan_in, fan_out] = fans(shape);
    return fan_mode == UNITVAR_FAN_IN        ? static_cast<double>(fan_in)
           : fan_mode == UNITVAR_FAN_OUT     ? static_cast<double>(fan_out)
           : fan_mode == UNITVAR_FAN_GEO_AVG ? std::sqrt(static_cast<double>(fan_in * fan_out))
                                             : static_cast<double>(fan_in + fan_out) / 2.0;
}

inline double kaiming_std(const std::vector<std::int64_t> &shape, double slope, std::int32_t fan_mode,
                          std::int32_t nonlinearity)
{
    return gain(nonlinearity, slope) / std::sqrt(chosen_fan(shape, fan_mode));
}

// The half-width of the uniform distribution with this deviation.
inline double uniform_bound(double std)
{
    return std::sqrt(3.0) * std;
}

} // namespace oracle

#endif
