// Initialisers and draws as values, with any fields and sizes: what unitvar.h does not know is refused, a refused call
// writes nothing, and a part of a tensor or of a fill, made alone, has the bits of the whole.
#include "tensors.hpp"

#include <cstring>

namespace {

using fuzz::Bytes;
using fuzz::Generator;
using fuzz::Input;
using fuzz::Lengths;
using fuzz::promise;
using fuzz::Tensor;

constexpr std::uint32_t most_struct_bytes = 256;

// A structure in as much memory as its struct_size says, which is mostly right.
template <class Value> class Sized {
public:
    Sized(Input &input, Value value)
    {
        value.struct_size = sizeof(Value);
        if (input.rarely()) {
            value.struct_size = input.usual<std::uint32_t>(0, most_struct_bytes + 8);
        }
        const std::size_t bytes =
            value.struct_size > most_struct_bytes ? 4 : std::max<std::size_t>(4, value.struct_size);
        bytes_.resize(bytes);
        std::memcpy(bytes_.data(), &value, std::min(bytes, sizeof(value)));
        if (bytes > sizeof(value) && input.coin()) {
            bytes_[sizeof(value) + input.below(bytes - sizeof(value))] = input.any<unsigned char>();
        }
        known_ = value.reserved == 0 && value.struct_size >= sizeof(Value) && value.struct_size <= most_struct_bytes &&
                 std::all_of(bytes_.begin() + static_cast<std::ptrdiff_t>(std::min(bytes, sizeof(value))), bytes_.end(),
                             [](unsigned char b) { return b == 0; });
    }
    // Whether size and reserved bytes are ones that this version takes.
    [[nodiscard]] bool known() const { return known_; }
    [[nodiscard]] const Value *get() const { return reinterpret_cast<const Value *>(bytes_.data()); }
    [[nodiscard]] Value *get() { return reinterpret_cast<Value *>(bytes_.data()); }

private:
    Bytes bytes_;
    bool known_ = false;
};

unitvar_initializer initializer(Input &input)
{
    unitvar_initializer init{};
    init.struct_size = sizeof(init);
    init.kind = input.usual<std::int32_t>(UNITVAR_INIT_CONSTANT, UNITVAR_INIT_IDENTITY);
    if (unitvar_initializer_defaults(&init, init.kind) == UNITVAR_OK && input.coin()) {
        return init;
    }
    init.fan_mode = input.usual(0, 3);
    init.nonlinearity = input.usual(0, 11);
    init.distribution = input.usual(0, 2);
    init.reserved = input.rarely() ? input.any<std::int32_t>() : 0;
    init.groups = input.usual<std::int64_t>(1, 4);
    for (double &p : init.p) {
        p = input.number();
    }
    return init;
}

void whole(Input &input)
{
    const Sized<unitvar_initializer> init(input, initializer(input));
    const Generator g = fuzz::generator(input);
    Tensor t(input, fuzz::usual_shape(input), input.one_of(fuzz::floats));
    const Bytes before = g ? fuzz::saved(g.get()) : Bytes{};
    const std::int32_t status = unitvar_init(g.get(), init.get(), t.view());
    promise(status == UNITVAR_OK || t.untouched(), "an initialiser that fails writes nothing");
    promise(status == UNITVAR_OK || !g || fuzz::saved(g.get()) == before, "and leaves its generator as it was");
    promise(status != UNITVAR_OK || (init.known() && !t.unsound() && !t.overlapping()), "the unknown is refused");
    promise(status != UNITVAR_OK || t.untouched_between_elements(), "nothing is written between elements");
}

// A row-major tensor of a shape.
struct Dense {
    Lengths shape;
    Bytes bytes;
    unitvar_tensor view{};

    Dense(Lengths lengths, unitvar_dtype dtype) : shape(std::move(lengths))
    {
        bytes.resize(static_cast<std::size_t>(fuzz::elements_of(shape)) * dtype.bits / 8);
        shape.reserve(1);
        view = {bytes.data(), {1, 0}, static_cast<std::int32_t>(shape.size()), dtype, shape.data(), nullptr, 0};
    }
};

// The bytes of a slice of a row-major tensor, in the order of indices.
Bytes slice(const Dense &from, const Lengths &shape, const Lengths &offset)
{
    const std::size_t width = from.view.dtype.bits / 8u;
    std::vector<std::size_t> at{0};
    for (std::size_t d = 0; d < shape.size(); ++d) {
        std::vector<std::size_t> next;
        for (const std::size_t place : at) {
            for (std::int64_t i = 0; i < shape[d]; ++i) {
                next.push_back(place * static_cast<std::size_t>(from.shape[d]) +
                               static_cast<std::size_t>(offset[d] + i));
            }
        }
        at = std::move(next);
    }
    Bytes result;
    for (const std::size_t place : at) {
        const auto element = from.bytes.begin() + static_cast<std::ptrdiff_t>(place * width);
        result.insert(result.end(), element, element + static_cast<std::ptrdiff_t>(width));
    }
    return result;
}

void shard(Input &input)
{
    const Sized<unitvar_initializer> init(input, initializer(input));
    const Generator g = fuzz::generator(input);
    const unitvar_dtype dtype = input.one_of(fuzz::floats);
    Lengths global = fuzz::shortened(fuzz::usual_shape(input));
    Lengths offset;
    Lengths local;
    for (const std::int64_t length : global) {
        offset.push_back(input.between<std::int64_t>(0, length));
        local.push_back(input.between<std::int64_t>(0, length - offset.back()));
    }
    Tensor t(input, local, dtype);
    const bool reshaped =
        t.shape() != local || t.view()->dtype.code != dtype.code || t.view()->dtype.bits != dtype.bits;
    if (t.shape().size() > local.size()) {
        global.resize(t.shape().size(), 1);
        offset.resize(t.shape().size(), 0);
    }
    unitvar_generator *twin = nullptr;
    if (g) {
        promise(unitvar_generator_clone(g.get(), &twin) == UNITVAR_OK, "a generator can be cloned");
    }
    const Generator owned(twin);
    const std::int32_t status = unitvar_init_shard(g.get(), init.get(), t.view(), global.data(), offset.data());
    promise(status == UNITVAR_OK || t.untouched(), "a shard that fails writes nothing");
    promise(status != UNITVAR_OK || (init.known() && !t.unsound() && !t.overlapping()), "the unknown is refused");
    promise(status != UNITVAR_OK || t.untouched_between_elements(), "nothing is written between elements");
    if (reshaped || t.unsound() || t.overlapping()) {
        return;
    }
    Dense all(global, dtype);
    const std::int32_t expected = unitvar_init(twin, init.get(), &all.view);
    promise(expected == status, "a shard succeeds where the whole does");
    if (status == UNITVAR_OK) {
        promise(t.elements() == slice(all, local, offset), "a shard has the bits of the whole");
        promise(!g || fuzz::saved(g.get()) == fuzz::saved(twin), "and its generator goes as far");
    }
}

// Slices of tensors that no memory holds: nothing but the slice is looked at, of kinds that need no working memory.
void far_shard(Input &input)
{
    unitvar_initializer init = initializer(input);
    switch (init.kind) {
    case UNITVAR_INIT_ORTHOGONAL:
    case UNITVAR_INIT_ORTHOGONAL_AXIS:
    case UNITVAR_INIT_DELTA_ORTHOGONAL:
    case UNITVAR_INIT_DELTA_ORTHOGONAL_LAYOUT:
    case UNITVAR_INIT_SPARSE:
        init.kind = UNITVAR_INIT_NORMAL;
        break;
    default:
        break;
    }
    unitvar_generator *made = nullptr;
    promise(unitvar_generator_create(input.coin() ? UNITVAR_PCG32 : UNITVAR_PHILOX4X32, 1, 0, &made) == UNITVAR_OK,
            "a generator is made");
    const Generator g(made);
    Lengths local(input.below(5));
    Lengths global;
    Lengths offset;
    for (std::int64_t &length : local) {
        length = input.between<std::int64_t>(0, 4);
        global.push_back(input.coin() ? input.edge() : input.between<std::int64_t>(0, std::int64_t{1} << 40));
        offset.push_back(input.coin() ? input.edge() : input.between<std::int64_t>(0, std::int64_t{1} << 40));
    }
    Tensor t(input, local, input.one_of(fuzz::floats));
    global.resize(std::max<std::size_t>(t.shape().size(), global.size()) + 1, 1);
    offset.resize(global.size(), 0);
    fuzz::Wide elements = 1;
    bool inside = true;
    for (std::size_t d = 0; d < t.shape().size(); ++d) {
        elements = global[d] <= 0 ? 0 : fuzz::clamped(elements * global[d]);
        inside = inside && offset[d] >= 0 && fuzz::Wide{offset[d]} + t.shape()[d] <= global[d];
    }
    const Bytes before = fuzz::saved(g.get());
    const std::int32_t status = unitvar_init_shard(g.get(), &init, t.view(), global.data(), offset.data());
    promise(status == UNITVAR_OK || (t.untouched() && fuzz::saved(g.get()) == before), "a failure changes nothing");
    promise(status != UNITVAR_OK || (inside && elements <= fuzz::largest), "a slice lies within its whole");
}

unitvar_draw draw(Input &input)
{
    static constexpr unitvar_dtype dtypes[] = {{2, 32, 1}, {2, 64, 1}, {4, 16, 1}, {2, 16, 1}, {0, 32, 1},
                                               {0, 64, 1}, {1, 8, 1},  {1, 32, 1}, {1, 64, 1}};
    unitvar_draw value{};
    value.struct_size = sizeof(value);
    value.kind = input.usual<std::int32_t>(UNITVAR_DRAW_BITS, UNITVAR_DRAW_BERNOULLI_BITS);
    const bool defaults = unitvar_draw_defaults(&value, value.kind) == UNITVAR_OK && input.coin();
    value.dtype = input.one_of(dtypes);
    if (input.rarely()) {
        value.dtype = {input.any<std::uint8_t>(), input.any<std::uint8_t>(), input.any<std::uint16_t>()};
    }
    if (defaults) {
        return value;
    }
    value.reserved = input.rarely() ? input.any<std::int32_t>() : 0;
    for (double &p : value.p) {
        p = input.number();
    }
    for (std::int64_t &k : value.k) {
        k = input.usual<std::int64_t>(-9, 9);
    }
    return value;
}

void samples(Input &input)
{
    const unitvar_draw value = draw(input);
    const Sized<unitvar_draw> sized(input, value);
    const Generator g = fuzz::generator(input);
    const std::size_t n = input.below(input.rarely() ? 2000 : 200);
    const std::size_t width = std::max<std::size_t>(1, value.dtype.bits / 8u);
    Bytes target(n * width, 0xA5);
    const Bytes untouched = target;
    const std::size_t first = input.below(n + 1);
    const std::size_t count = input.below(n - first + 1);
    Bytes part(count * width, 0xA5);
    const Bytes before = g ? fuzz::saved(g.get()) : Bytes{};
    const std::int32_t at = unitvar_sample_at(g.get(), sized.get(), first, part.data(), count);
    promise(!g || fuzz::saved(g.get()) == before, "sample_at leaves its generator where it is");
    const std::int32_t status = unitvar_sample(g.get(), sized.get(), target.data(), n);
    promise(status != UNITVAR_OK || sized.known(), "an unknown draw is refused");
    promise(status == UNITVAR_OK || target == untouched, "a draw that fails writes nothing");
    promise(status == UNITVAR_OK || !g || fuzz::saved(g.get()) == before, "and leaves its generator as it was");
    if (at == UNITVAR_OK && status == UNITVAR_OK) {
        promise(std::equal(part.begin(), part.end(), target.begin() + static_cast<std::ptrdiff_t>(first * width)),
                "samples anywhere have the bits of the whole");
    }
    // Elsewhere, however far.
    std::uint64_t there = input.any<std::uint64_t>();
    if (input.coin()) {
        there >>= input.below(64);
    }
    static_cast<void>(unitvar_sample_at(g.get(), sized.get(), there, part.data(), count));
}

void defaults(Input &input)
{
    const auto kind = input.usual<std::int32_t>(-1, 30);
    Sized<unitvar_initializer> init(input, unitvar_initializer{});
    const bool named = unitvar_initializer_name(kind) != nullptr;
    const std::int32_t status = unitvar_initializer_defaults(init.get(), kind);
    promise(status != UNITVAR_OK || named, "a kind with defaults has a name");
    Sized<unitvar_draw> sized(input, unitvar_draw{});
    const bool drawn = unitvar_draw_name(kind) != nullptr;
    promise(unitvar_draw_defaults(sized.get(), kind) != UNITVAR_OK || drawn, "a draw with defaults has a name");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    Input input(data, size);
    constexpr void (*parts[])(Input &) = {whole, shard, samples, far_shard, defaults};
    input.one_of(parts)(input);
    return 0;
}
