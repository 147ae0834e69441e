// What the fuzz targets share: numbers out of the fuzzer's bytes, most of them ordinary and some at the edges; promises, of
// which a broken one ends the program; and generators that free themselves. Where bytes run out every choice is the
// first one, so that a short input is a simple one.
#ifndef UNITVAR_TESTS_FUZZ_FUZZ_HPP
#define UNITVAR_TESTS_FUZZ_FUZZ_HPP

#include <fuzzer/FuzzedDataProvider.h>
#include <unitvar.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <vector>

namespace fuzz {

using Bytes = std::vector<unsigned char>;

inline void promise(bool kept, const char *what)
{
    if (!kept) {
        std::fprintf(stderr, "broken promise: %s\nlast error: %s\n", what, unitvar_last_error());
        std::abort();
    }
}

class Input {
public:
    Input(const std::uint8_t *data, std::size_t size) : bytes_(data, size) {}

    [[nodiscard]] bool empty() { return bytes_.remaining_bytes() == 0; }
    template <class T> [[nodiscard]] T any() { return bytes_.ConsumeIntegral<T>(); }
    template <class T> [[nodiscard]] T between(T low, T high) { return bytes_.ConsumeIntegralInRange<T>(low, high); }
    [[nodiscard]] std::size_t below(std::size_t n) { return between<std::size_t>(0, n - 1); }
    [[nodiscard]] bool coin() { return between<int>(0, 1) == 1; }
    [[nodiscard]] bool rarely() { return between<int>(0, 15) == 15; }
    template <class T, std::size_t n> [[nodiscard]] T one_of(const T (&values)[n]) { return values[below(n)]; }

    [[nodiscard]] std::int64_t edge()
    {
        static constexpr std::int64_t values[] = {0,
                                                  1,
                                                  -1,
                                                  INT32_MAX,
                                                  INT32_MIN,
                                                  std::int64_t{1} << 32,
                                                  std::int64_t{1} << 61,
                                                  std::int64_t{1} << 62,
                                                  -(std::int64_t{1} << 62),
                                                  INT64_MAX,
                                                  INT64_MAX - 1,
                                                  INT64_MIN,
                                                  INT64_MIN + 1};
        return coin() ? one_of(values) : any<std::int64_t>();
    }
    // Mostly of [low, high].
    template <class T> [[nodiscard]] T usual(T low, T high)
    {
        return rarely() ? static_cast<T>(edge()) : between<T>(low, high);
    }
    [[nodiscard]] double number()
    {
        static constexpr double values[] = {0,      1,     0.5,    2,       -1,
                                            -0.0,   1e-5,  1e30,   -1e300,  1e-300,
                                            3.5e38, 65504, 5e-324, 0x1p-25, std::numeric_limits<double>::max(),
                                            0x1p31, 0x1p63};
        if (rarely()) {
            return std::bit_cast<double>(any<std::uint64_t>());
        }
        return coin() ? one_of(values) : static_cast<double>(between<int>(-64, 64)) / 16;
    }
    [[nodiscard]] Bytes rest() { return bytes_.ConsumeRemainingBytes<unsigned char>(); }
    [[nodiscard]] Bytes some(std::size_t n) { return bytes_.ConsumeBytes<unsigned char>(n); }

private:
    FuzzedDataProvider bytes_;
};

struct Destroy {
    void operator()(unitvar_generator *g) const { unitvar_generator_destroy(g); }
};
using Generator = std::unique_ptr<unitvar_generator, Destroy>;

inline Bytes saved(const unitvar_generator *g)
{
    std::size_t size = 0;
    promise(unitvar_generator_save(g, nullptr, 0, &size) == UNITVAR_OK, "the size of a state is always known");
    Bytes state(size);
    promise(unitvar_generator_save(g, state.data(), size, &size) == UNITVAR_OK && size == state.size(),
            "every generator can be saved");
    return state;
}

constexpr std::int32_t engines[] = {UNITVAR_PCG32, UNITVAR_PHILOX4X32, UNITVAR_TORCH_MT19937, UNITVAR_ARS4X32};

// NULL where the input asks for what cannot be.
inline Generator generator(Input &input)
{
    unitvar_generator *g = nullptr;
    const std::int32_t engine = input.rarely() ? input.any<std::int32_t>() : input.one_of(engines);
    const std::uint64_t seed = input.any<std::uint16_t>();
    std::int32_t status = UNITVAR_OK;
    if (engine == UNITVAR_TORCH_MT19937 && input.coin()) {
        static constexpr std::int32_t releases[] = {213, 113, 200, 206, 211, 212};
        static constexpr std::int32_t libms[] = {0, 228, 241};
        status = unitvar_generator_create_torch(
            seed, input.rarely() ? input.any<std::int16_t>() : input.one_of(releases), input.one_of(libms), &g);
    } else {
        const std::uint64_t stream = engine == UNITVAR_TORCH_MT19937 ? 0 : input.any<std::uint8_t>();
        status = unitvar_generator_create(engine, seed, stream, &g);
    }
    promise((status == UNITVAR_OK) == (g != nullptr), "a generator is made by success alone");
    if (g != nullptr && input.rarely()) {
        // Near the end of the stream, or anywhere; engines without positions refuse.
        const std::uint64_t end = std::uint64_t{1} << (engine == UNITVAR_PCG32 ? 58 : 60);
        static_cast<void>(
            unitvar_generator_seek(g, input.coin() ? end - input.any<std::uint8_t>() : input.any<std::uint64_t>()));
    }
    return Generator(g);
}

// Values of a tensor's elements, or of a buffer: noise in which a byte of the input decides.
inline void fill_with_noise(unsigned char *bytes, std::size_t n, std::uint64_t seed)
{
    // SplitMix64's sequence.
    for (std::size_t i = 0; i < n; ++i) {
        std::uint64_t z = (seed + i) * 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        bytes[i] = static_cast<unsigned char>(z >> 56U);
    }
}

} // namespace fuzz

#endif
