// The C++ API: half of a layer's weights made alone are the same bits as in the whole.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <vector>

#include <unitvar/unitvar.hpp>

int main()
{
    const std::array<std::int64_t, 2> shape{1024, 768};
    std::vector<float> whole(1024UL * 768);
    unitvar::Generator g(unitvar::Engine::pcg32, 42);
    unitvar::init_kaiming_normal(g, unitvar::view(whole.data(), shape));

    std::vector<float> half(whole.size() / 2);
    g.seek(half.size() / 64);
    const double gain = unitvar::calculate_gain(unitvar::Nonlinearity::leaky_relu, 0);
    unitvar::normal(g, half, 0, gain / std::sqrt(768.0));
    const bool same = std::equal(half.begin(), half.end(), whole.begin() + static_cast<std::ptrdiff_t>(half.size()));
    std::cout << (same ? "the slice is the slice\n" : "the slice differs\n");
    return same ? 0 : 1;
}
