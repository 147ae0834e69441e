// The C API as the tests use it: a handle that frees itself, a check for success that prints the library's own
// explanation, and a check for failure that looks for the argument's name and value in that explanation.
// It adds no behaviour: what a test observes is what the C function did.
#ifndef UNITVAR_TESTS_SUPPORT_CAPI_HPP
#define UNITVAR_TESTS_SUPPORT_CAPI_HPP

#include <doctest/doctest.h>
#include <unitvar.h>

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace support {

// std::source_location is not in every supported pair of compiler and library; its building blocks are.
inline std::string place(const char *file, int line)
{
    return std::string(file) + ":" + std::to_string(line);
}

inline void require_ok(std::int32_t status, const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    if (status == UNITVAR_OK)
        return;
    const std::string report = place(file, line) + ": " + unitvar_status_name(status) + ": " + unitvar_last_error();
    FAIL(report);
}

inline std::string lower_case(std::string_view text)
{
    std::string result(text);
    for (char &c : result)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

// Whether text contains the word, in any case, not as a part of a longer word: "low" is not in "lower".
inline bool mentions(std::string_view text, std::string_view word)
{
    const std::string haystack = lower_case(text);
    const std::string needle = lower_case(word);
    const auto part_of_a_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    for (std::size_t at = haystack.find(needle); at != std::string::npos; at = haystack.find(needle, at + 1)) {
        const std::size_t end = at + needle.size();
        const bool starts = at == 0 || !part_of_a_word(haystack[at - 1]) || !part_of_a_word(needle.front());
        const bool ends = end == haystack.size() || !part_of_a_word(haystack[end]) || !part_of_a_word(needle.back());
        if (starts && ends)
            return true;
    }
    return false;
}

// The call failed with this status, and the explanation has every one of these words: names and values.
inline void check_fails(std::int32_t status, std::int32_t expected, std::initializer_list<std::string_view> words,
                        const char *file = __builtin_FILE(), int line = __builtin_LINE())
{
    const std::string message = unitvar_last_error();
    INFO(place(file, line));
    INFO("message: ", message);
    CHECK_MESSAGE(status == expected, std::string(unitvar_status_name(status)), " instead of ",
                  std::string(unitvar_status_name(expected)));
    if (status == UNITVAR_OK)
        return;
    for (const std::string_view word : words)
        CHECK_MESSAGE(mentions(message, word), "the message does not mention ", std::string(word));
}

struct Engine {
    std::int32_t id;
    std::string name;
    std::uint64_t blocks; // in one stream
};

inline const std::vector<Engine> &engines()
{
    static const std::vector<Engine> list{
        {UNITVAR_PCG32, "pcg32", std::uint64_t{1} << 58},
        {UNITVAR_PHILOX4X32, "philox4x32", std::uint64_t{1} << 60},
        {UNITVAR_ARS4X32, "ars4x32", std::uint64_t{1} << 60},
    };
    return list;
}

class Generator {
public:
    Generator(std::int32_t engine, std::uint64_t seed, std::uint64_t stream = 0, std::uint64_t block = 0)
    {
        require_ok(unitvar_generator_create(engine, seed, stream, &handle_));
        if (block != 0)
            seek(block);
    }
    explicit Generator(const Engine &engine, std::uint64_t seed, std::uint64_t stream = 0, std::uint64_t block = 0)
        : Generator(engine.id, seed, stream, block)
    {
    }
    explicit Generator(const std::vector<unsigned char> &state)
    {
        require_ok(unitvar_generator_load(state.data(), state.size(), &handle_));
    }
    // Of torch_mt19937, in the dialect of a release of PyTorch and a C library.
    static Generator torch(std::uint64_t seed, std::int32_t release, std::int32_t libm)
    {
        unitvar_generator *handle = nullptr;
        require_ok(unitvar_generator_create_torch(seed, release, libm, &handle));
        return Generator(handle);
    }
    static Generator torch_state(const std::vector<unsigned char> &state, std::int32_t release, std::int32_t libm)
    {
        unitvar_generator *handle = nullptr;
        require_ok(unitvar_generator_load_torch(state.data(), state.size(), release, libm, &handle));
        return Generator(handle);
    }
    Generator(Generator &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Generator(const Generator &) = delete;
    Generator &operator=(const Generator &) = delete;
    Generator &operator=(Generator &&) = delete;
    ~Generator() { unitvar_generator_destroy(handle_); }

    operator unitvar_generator *() const { return handle_; }

    void seek(std::uint64_t block) { require_ok(unitvar_generator_seek(handle_, block)); }
    std::uint64_t tell() const
    {
        std::uint64_t block = ~std::uint64_t{0};
        require_ok(unitvar_generator_tell(handle_, &block));
        return block;
    }
    Generator clone() const
    {
        unitvar_generator *copy = nullptr;
        require_ok(unitvar_generator_clone(handle_, &copy));
        return Generator(copy);
    }
    std::vector<unsigned char> save() const
    {
        std::size_t size = 0;
        require_ok(unitvar_generator_save(handle_, nullptr, 0, &size));
        std::vector<unsigned char> state(size);
        require_ok(unitvar_generator_save(handle_, state.data(), state.size(), &size));
        state.resize(size);
        return state;
    }

private:
    explicit Generator(unitvar_generator *handle) : handle_(handle) {}
    unitvar_generator *handle_ = nullptr;
};

// Fills n elements and gives them back by value.
template <class T, class Fill, class... Parameters>
std::vector<T> filled(Fill fill, const Generator &g, std::size_t n, Parameters... parameters)
{
    std::vector<T> values(n);
    require_ok(fill(g, values.data(), n, parameters...));
    return values;
}

} // namespace support

#endif
