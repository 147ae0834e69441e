// Generators from bytes: those of the input as they are, or a valid state that the input changes and whose checksum is
// made right again, so that what lies behind the checksum is reached too. Whatever load accepts is a generator: it draws,
// forks and seeks, and saves to the same bytes; what it refuses leaves the place for the handle alone.
#include "fuzz.hpp"

#include <algorithm>
#include <cstring>
#include <span>

namespace {

using fuzz::Bytes;
using fuzz::Generator;
using fuzz::Input;
using fuzz::promise;

constexpr std::size_t checksum_bytes = 8;
constexpr std::size_t torch_bytes = 5056;

// The checksum of the format, which unitvar.h leaves open: SplitMix64's finaliser, byte by byte.
std::uint64_t checksum(std::span<const unsigned char> bytes)
{
    constexpr std::uint64_t step = 0x9E3779B97F4A7C15U;
    std::uint64_t sum = step;
    for (const unsigned char byte : bytes) {
        std::uint64_t z = sum ^ byte;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        sum = (z ^ (z >> 31U)) + step;
    }
    return sum;
}

void seal(Bytes &state)
{
    if (state.size() < checksum_bytes) {
        return;
    }
    const std::size_t body = state.size() - checksum_bytes;
    const std::uint64_t sum = checksum(std::span(state).first(body));
    for (std::size_t i = 0; i < checksum_bytes; ++i) {
        state[body + i] = static_cast<unsigned char>(sum >> (8 * i));
    }
}

Bytes torch_state(const unitvar_generator *g)
{
    Bytes state(torch_bytes);
    std::size_t size = 0;
    promise(unitvar_generator_save_torch(g, state.data(), state.size(), &size) == UNITVAR_OK && size == torch_bytes,
            "a generator of torch_mt19937 has PyTorch's state");
    return state;
}

// A state that save wrote, changed in some bytes.
Bytes changed_state(Input &input)
{
    const Generator g = fuzz::generator(input);
    if (!g) {
        return {};
    }
    float waiting[3];
    if (input.coin()) {
        static_cast<void>(unitvar_normal_f32(g.get(), waiting, std::size(waiting), 0, 1));
    }
    Bytes original(torch_bytes);
    std::size_t size = 0;
    const bool torch =
        input.coin() && unitvar_generator_save_torch(g.get(), original.data(), original.size(), &size) == UNITVAR_OK;
    Bytes state = torch ? original : fuzz::saved(g.get());
    for (std::size_t changes = input.below(8); changes != 0; --changes) {
        // The words of MT19937 are the middle of its state: what is around them more often.
        const std::size_t at =
            input.coin() ? input.below(state.size()) : input.below(std::min<std::size_t>(64, state.size()));
        const bool from_end = input.coin();
        state[from_end ? state.size() - 1 - at : at] = input.any<std::uint8_t>();
    }
    if (input.rarely()) {
        state.resize(input.below(2 * state.size()));
    }
    if (!input.rarely()) {
        seal(state);
    }
    return state;
}

void use(unitvar_generator *g)
{
    std::uint64_t block = 0;
    const std::int32_t told = unitvar_generator_tell(g, &block);
    promise(told == UNITVAR_OK || told == UNITVAR_UNSUPPORTED, "a position is known or there are none");
    unitvar_generator *fork = nullptr;
    const std::int32_t forked = unitvar_generator_fork(g, "weight", &fork);
    promise(forked == told, "an engine with positions has forks");
    unitvar_generator_destroy(fork);
    float normals[20];
    double wide[20];
    std::uint32_t words[70];
    std::int64_t order[20];
    for (const std::int32_t status : {unitvar_normal_f32(g, normals, 7, 0, 1), unitvar_normal_f64(g, wide, 20, 0, 1),
                                      unitvar_normal_f32(g, normals, 20, 0, 1), unitvar_bits_u32(g, words, 70),
                                      unitvar_permutation_i64(g, order, 20)}) {
        promise(status == UNITVAR_OK || status == UNITVAR_STREAM_EXHAUSTED, "a loaded generator draws");
    }
    if (told == UNITVAR_OK) {
        promise(unitvar_generator_seek(g, block) == UNITVAR_OK, "where a generator was it can be again");
        std::uint64_t again = 0;
        promise(unitvar_generator_tell(g, &again) == UNITVAR_OK && again == block, "and says so");
    }
}

void check(const Bytes &bytes, std::int32_t status, unitvar_generator *loaded)
{
    if (status != UNITVAR_OK) {
        promise(loaded == nullptr, "a load that fails makes nothing");
        return;
    }
    const Generator g(loaded);
    if (bytes.size() == torch_bytes) {
        // What PyTorch does not look at need not come back: once more it does.
        const Bytes first = torch_state(g.get());
        unitvar_generator *second = nullptr;
        promise(unitvar_generator_load(first.data(), first.size(), &second) == UNITVAR_OK,
                "what was loaded from PyTorch is saved for PyTorch");
        const Generator owned(second);
        promise(torch_state(second) == first, "PyTorch's state is stable");
    } else {
        promise(fuzz::saved(g.get()) == bytes, "a loaded state saves to its bytes");
    }
    unitvar_generator *copy = nullptr;
    const Bytes state = fuzz::saved(g.get());
    promise(unitvar_generator_load(state.data(), state.size(), &copy) == UNITVAR_OK, "what was saved is loaded");
    const Generator owned(copy);
    use(g.get());
    use(copy);
    promise(fuzz::saved(g.get()) == fuzz::saved(copy), "a loaded generator goes on as the saved one");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    Input input(data, size);
    const bool with_dialect = input.rarely();
    const std::int32_t release = input.usual<std::int32_t>(200, 213);
    const Bytes state = input.rarely() ? input.rest() : changed_state(input);
    // Exactly as large as it is, for AddressSanitizer.
    const Bytes exact(state.begin(), state.end());
    unitvar_generator *g = nullptr;
    const std::int32_t status = with_dialect ? unitvar_generator_load_torch(exact.data(), exact.size(), release, 0, &g)
                                             : unitvar_generator_load(exact.data(), exact.size(), &g);
    promise(status == UNITVAR_OK || status == UNITVAR_CORRUPT_STATE || with_dialect || exact.empty(),
            "bytes that are no state are a corrupt one");
    check(exact, status, g);
    return 0;
}
