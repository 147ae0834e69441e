#include "faults.hpp"

#include <algorithm>
#include <cfenv>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace checkkernels {
namespace {

// A table whose structures can be written to.
struct Copy {
    struct Norms {
        core::MomentKernels moments;
        core::AffineKernels affine;
        core::GradientKernels gradient;
        core::ActivationKernels activation;
        core::ProductKernels product;
        core::NormKernels kernels;

        explicit Norms(const core::NormKernels &from)
            : moments(*from.moments), affine(*from.affine), gradient(*from.gradient), activation(*from.activation),
              product(*from.product), kernels(from)
        {
            kernels.moments = &moments;
            kernels.affine = &affine;
            kernels.gradient = &gradient;
            kernels.activation = &activation;
            kernels.product = &product;
        }
        Norms(const Norms &) = delete;
        Norms &operator=(const Norms &) = delete;
    };
    core::FillRow pcg32;
    core::SelectionKernels selection;
    core::TorchKernels torch;
    core::ReflectorKernels reflectors;
    Norms norms;
    KernelTable table;

    explicit Copy(const KernelTable &from)
        : pcg32(*from.fill[0]), selection(*from.selection), torch(*from.torch), reflectors(*from.reflectors_f64),
          norms(*from.norms_f32), table(from)
    {
        table.fill[0] = &pcg32;
        table.selection = &selection;
        table.torch = &torch;
        table.reflectors_f64 = &reflectors;
        table.norms_f32 = &norms.kernels;
    }
    Copy(const Copy &) = delete;
    Copy &operator=(const Copy &) = delete;
};

// The kernels without a fault, for those with one to call.
const KernelTable *original = nullptr;

const core::ActivationKernels &activations()
{
    return *original->norms_f32->activation;
}

std::size_t address_of(const void *pointer)
{
    return reinterpret_cast<std::uintptr_t>(pointer);
}
float *at(void *target, std::size_t i)
{
    return reinterpret_cast<float *>(static_cast<unsigned char *>(target) + i * sizeof(float));
}
void put(void *target, std::size_t i, float value)
{
    std::memcpy(at(target, i), &value, sizeof value);
}
float get(const void *source, std::size_t i)
{
    float value;
    std::memcpy(&value, static_cast<const unsigned char *>(source) + i * sizeof value, sizeof value);
    return value;
}

using Relu = decltype(core::ActivationKernels::relu);
// Relu, and then something else.
template <void (*Also)(const void *, void *, std::size_t)>
void relu_and(const void *x, void *y, const core::Runs &runs, StoreMode mode)
{
    activations().relu(x, y, runs, mode);
    Also(x, y, runs.length);
}

void (*volatile trap)() = [] { std::raise(SIGFPE); };

struct Fault {
    const char *entry;
    const char *what;
    Finding expected;
    void (*substitute)(Copy &);
};

template <void (*Also)(const void *, void *, std::size_t)> void in_relu(Copy &copy)
{
    copy.norms.activation.relu = relu_and<Also>;
}

void write_behind(const void *, void *y, std::size_t n)
{
    put(y, n, 0);
}
void write_before(const void *, void *y, std::size_t)
{
    static_cast<unsigned char *>(y)[-1] ^= 1U;
}
void read_behind(const void *x, void *, std::size_t n)
{
    static_cast<void>(*(static_cast<const volatile unsigned char *>(x) + n * sizeof(float)));
}
void read_before(const void *x, void *, std::size_t)
{
    static_cast<void>(*(static_cast<const volatile unsigned char *>(x) - 1));
}
void write_to_input(const void *x, void *, std::size_t n)
{
    if (n == 20)
        put(const_cast<void *>(x), 3, 7);
}
void swap_lanes(const void *, void *y, std::size_t n)
{
    if (n >= 40)
        std::swap_ranges(static_cast<unsigned char *>(y) + 128, static_cast<unsigned char *>(y) + 132,
                         static_cast<unsigned char *>(y) + 140);
}
void round_upwards(const void *, void *, std::size_t)
{
    std::fesetround(FE_UPWARD);
}
void raise_signal(const void *, void *, std::size_t n)
{
    if (n == 17)
        trap();
}
void need_alignment(const void *, void *y, std::size_t n)
{
    if (n > 8 && address_of(y) % 4 != 0)
        put(y, 5, -1);
}
void lose_nan(const void *x, void *y, std::size_t n)
{
    for (std::size_t i = 0; i < n; ++i)
        if (const float value = get(x, i); value != value)
            put(y, i, 0);
}
void lose_minus_zero(const void *, void *y, std::size_t n)
{
    for (std::size_t i = 0; i < n; ++i)
        put(y, i, get(y, i) + 0.0F);
}

constexpr const char *relu = "norms_f32.activation.relu";
constexpr const char *gather_pairs = "fill.pcg32.gather_pairs";
constexpr const char *normal = "fill.pcg32.normal_f32";

const Fault faults[] = {
    {relu, "the last element left out", Finding::value,
     [](Copy &copy) {
         copy.norms.activation.relu = [](const void *x, void *y, const core::Runs &runs, StoreMode mode) {
             const std::size_t n = runs.length;
             activations().relu(x, y, {n == 0 ? 0 : n - 1, 1, 0}, mode);
         };
     }},
    {relu, "the last of a whole number of blocks left out", Finding::value,
     [](Copy &copy) {
         copy.norms.activation.relu = [](const void *x, void *y, const core::Runs &runs, StoreMode mode) {
             const std::size_t n = runs.length;
             activations().relu(x, y, {n == 64 ? 32 : n, 1, 0}, mode);
         };
     }},
    {relu, "two lanes exchanged", Finding::value, in_relu<swap_lanes>},
    {relu, "an element written behind the end", Finding::guard, in_relu<write_behind>},
    {relu, "an element written behind the end, at a page's end", Finding::crash, in_relu<write_behind>},
    {relu, "a byte written before the start", Finding::guard, in_relu<write_before>},
    {relu, "an element read behind the end", Finding::crash, in_relu<read_behind>},
    {relu, "a byte read before the start", Finding::crash, in_relu<read_before>},
    {relu, "an input changed", Finding::input, in_relu<write_to_input>},
    {relu, "wrong where the target is not aligned to its elements", Finding::value, in_relu<need_alignment>},
    {relu, "NaN lost", Finding::value, in_relu<lose_nan>},
    {relu, "-0 lost", Finding::value, in_relu<lose_minus_zero>},
    {relu, "the rounding mode left changed", Finding::control, in_relu<round_upwards>},
    {relu, "a signal", Finding::crash, in_relu<raise_signal>},
    {relu, "the target written before the source is read", Finding::value,
     [](Copy &copy) {
         copy.norms.activation.relu = [](const void *x, void *y, const core::Runs &runs, StoreMode mode) {
             const std::size_t n = runs.length;
             if (n > 1)
                 put(y, n - 1, 1);
             activations().relu(x, y, runs, mode);
         };
     }},
    {"norms_f32.activation.prelu_slope_gradient", "a sum one ulp off", Finding::returned,
     [](Copy &copy) {
         copy.norms.activation.prelu_slope_gradient = [](const void *g, const void *x, std::size_t n) {
             const double sum = activations().prelu_slope_gradient(g, x, n);
             return n < 10 ? sum : std::nextafter(sum, 0.0);
         };
     }},
    {"norms_f32.moments.moments", "a run too few", Finding::returned,
     [](Copy &copy) {
         copy.norms.moments.moments = [](const void *x, const core::Runs &runs) {
             core::Runs fewer = runs;
             fewer.count -= runs.count > 4 ? 1 : 0;
             return original->norms_f32->moments->moments(x, fewer);
         };
     }},
    {"norms_f32.affine.runs", "the gap between runs written", Finding::value,
     [](Copy &copy) {
         copy.norms.affine.runs = [](const void *x, void *y, const core::Runs &runs, const core::Affine &affine,
                                     StoreMode mode) {
             original->norms_f32->affine->runs(x, y, runs, affine, mode);
             if (runs.count > 1 && runs.stride > runs.length)
                 put(y, runs.length, 0);
         };
     }},
    {normal, "wrong with streaming stores alone", Finding::value,
     [](Copy &copy) {
         copy.pcg32.draw[static_cast<std::size_t>(core::DrawIndex::normal_f32)] =
             [](const core::EngineState &state, const core::DrawParameters &p, void *y, std::size_t n, StoreMode mode) {
                 original->fill[0]->draw[static_cast<std::size_t>(core::DrawIndex::normal_f32)](state, p, y, n, mode);
                 if (mode == StoreMode::streaming && n > 100 && address_of(y) % 64 == 0)
                     put(y, 64, 0);
             };
     }},
    {normal, "a tail that starts the words anew", Finding::value,
     [](Copy &copy) {
         copy.pcg32.draw[static_cast<std::size_t>(core::DrawIndex::normal_f32)] =
             [](const core::EngineState &state, const core::DrawParameters &p, void *y, std::size_t n, StoreMode mode) {
                 const auto fill = original->fill[0]->draw[static_cast<std::size_t>(core::DrawIndex::normal_f32)];
                 const std::size_t whole = n / 32 * 32;
                 fill(state, p, y, whole, mode);
                 fill(state, p, at(y, whole), n - whole, mode);
             };
     }},
    {gather_pairs, "the two of a pair exchanged", Finding::value,
     [](Copy &copy) {
         copy.pcg32.gather_pairs = [](const core::EngineState &state, const std::uint64_t *index, std::uint32_t *words,
                                      std::size_t groups) {
             original->fill[0]->gather_pairs(state, index, words, groups);
             for (std::size_t g = 0; g < groups; ++g)
                 std::swap(words[32 * g + 3], words[32 * g + 19]);
         };
     }},
    {"fill.pcg32.gather", "indices of 32 bits", Finding::value,
     [](Copy &copy) {
         copy.pcg32.gather = [](const core::EngineState &state, const std::uint64_t *index, std::uint32_t *words,
                                std::size_t groups) {
             std::vector<std::uint64_t> low(index, index + 32 * groups);
             for (std::uint64_t &i : low)
                 i &= 0xFFFFFFFFU;
             original->fill[0]->gather(state, low.data(), words, groups);
         };
     }},
    {"torch.uniform_f32", "the words behind the end in the result", Finding::value,
     [](Copy &copy) {
         copy.torch.uniform_f32 = [](const std::uint32_t *words, double low, double width, void *y, std::size_t n,
                                     StoreMode mode) {
             original->torch->uniform_f32(words, low, width, y, n, mode);
             if (n != 0)
                 put(y, n - 1, get(y, n - 1) + static_cast<float>(words[n] % 2));
         };
     }},
    {"torch.regenerate", "a word of the state off", Finding::value,
     [](Copy &copy) {
         copy.torch.regenerate = [](core::Mt19937State &state) {
             original->torch->regenerate(state);
             state.word[623] ^= 1U;
         };
     }},
    {"selection.count_below", "equal counted as below", Finding::returned,
     [](Copy &copy) {
         copy.selection.count_below = [](const std::uint32_t *keys, std::size_t n, std::uint32_t limit) {
             return original->selection->count_below(keys, n, limit) +
                    static_cast<std::size_t>(std::count(keys, keys + n, limit));
         };
     }},
    {"selection.zero_marked.u32", "a mark missed", Finding::value,
     [](Copy &copy) {
         copy.selection.zero_marked[1] = [](void *elements, std::size_t groups, const std::uint64_t *bits,
                                            std::size_t stride) {
             const float kept = groups != 0 ? get(elements, 63) : 0;
             original->selection->zero_marked[1](elements, groups, bits, stride);
             if (groups != 0)
                 put(elements, 63, kept);
         };
     }},
    {"norms_f32.product.multiply", "a row of the tile too many", Finding::value,
     [](Copy &copy) {
         copy.norms.product.multiply = [](const void *a, const void *b, std::size_t depth, void *c, std::size_t stride,
                                          std::size_t rows, std::size_t columns) {
             original->norms_f32->product->multiply(a, b, depth, c, stride, rows - (rows > 4 ? 1 : 0), columns);
         };
     }},
    {"reflectors_f64.apply_transposed", "not transposed", Finding::value,
     [](Copy &copy) { copy.reflectors.apply_transposed = copy.reflectors.apply; }},
};

} // namespace

bool all_faults_are_found(const Entries &entries, const KernelTable &table, const Options &given)
{
    original = &table;
    Options options = given;
    options.silent = true;
    const auto findings = [&](const Entry &entry, const Copy &copy) {
        const KernelTable *const pair[] = {&table, &copy.table};
        return entry.run(options, pair).findings;
    };
    std::size_t tried = 0;
    std::size_t missed = 0;
    for (const Fault &fault : faults) {
        const auto entry =
            std::find_if(entries.begin(), entries.end(), [&](const Entry &one) { return one.name == fault.entry; });
        if (entry == entries.end())
            continue; // left out by the filter
        ++tried;
        Copy copy(table);
        if (!findings(*entry, copy).empty()) {
            std::printf("FAIL %s: found fault with a copy that has none\n", fault.entry);
            ++missed;
        }
        fault.substitute(copy);
        const std::vector<Finding> found = findings(*entry, copy);
        const bool good = std::find(found.begin(), found.end(), fault.expected) != found.end();
        std::printf("%s %s: %s: %s\n", good ? "found" : "MISSED", fault.entry, fault.what,
                    good            ? name_of(fault.expected)
                    : found.empty() ? "nothing"
                                    : name_of(found.front()));
        missed += good ? 0 : 1;
    }
    std::printf("%zu faults, %zu missed\n", tried, missed);
    return tried != 0 && missed == 0;
}

} // namespace checkkernels
