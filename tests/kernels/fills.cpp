// Fills: every draw from every engine. A tail must equal the beginning of a longer run, so the reference always writes
// whole steps. And their two halves alone, words at any indices and draws from any words: these must give what a fill
// of the reference table gives.
#include "core/distributions.hpp"
#include "core/truncation.hpp"
#include "entries.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace checkkernels {
namespace {

using core::DrawIndex;
using core::DrawParameters;
using core::EngineIndex;
using core::EngineState;
using core::TruncationMode;

// Where an engine can stand.
struct EngineRow {
    EngineIndex engine;
    const char *name;
    EngineState (*state)(Random &);
};

// Counters begin blocks of 16; near 2^32 and 2^64 they carry and wrap around.
std::uint64_t counter(Random &random)
{
    const std::uint64_t edge = random.one_in(2) ? 0 : std::uint64_t{1} << 32U;
    return random.one_in(3) ? edge - 16 * random.below(4) : random.next() / 16 * 16;
}

// What lanes share holds for 2^16 blocks; there are 2^60.
std::uint64_t block(Random &random)
{
    const std::uint64_t any = random.next() >> 4U;
    return random.one_in(2) ? (any | 0xFFFFU) - random.below(4) : any;
}

constexpr EngineRow engines[] = {
    {EngineIndex::pcg32, "pcg32",
     [](Random &random) -> EngineState {
         return {random.next(), random.next() | 1U, 0};
     }},
    {EngineIndex::philox4x32, "philox4x32",
     [](Random &random) -> EngineState {
         return {counter(random), random.next(), random.next()};
     }},
    {EngineIndex::ars4x32, "ars4x32",
     [](Random &random) -> EngineState {
         return {block(random), random.next(), random.next()};
     }},
};
static_assert(std::size(engines) == core::engine_count, "an engine has no row");

// A draw's parameters, one set after another.
using Parameters = std::vector<DrawParameters>;
// What the parameters refer to, and which ones there must be.
struct Truncations {
    std::deque<core::Truncation> storage;
    unsigned seen = 0;
};

template <class T> DrawParameters uniform(T low, T width)
{
    const T high = low + width;
    return {low, width, std::nextafter(high, low)};
}
template <class T> Parameters uniforms(Random &random, Truncations &)
{
    return {uniform<T>(0, 1), uniform<T>(-1, 2), uniform(random.tame<T>(), std::abs(random.tame<T>())),
            uniform(random.wide<T>(), std::abs(random.wide<T>())),
            // Every result rounds to the upper bound and must become the number below it.
            uniform<T>(1, 2 * std::numeric_limits<T>::epsilon())};
}

template <class T> Parameters normals(Random &random, Truncations &)
{
    return {{0, 1, 0},
            {random.tame<T>(), std::abs(random.tame<T>()), 0},
            {random.wide<T>(), std::abs(random.wide<T>()), 0}};
}

template <unitvar::DType Type, unsigned Modes> Parameters truncated(Random &random, Truncations &truncations)
{
    constexpr struct {
        double a;
        double b;
    } intervals[] = {{-2, 2},      {-1, 0.5},       {-0.05, 0.1}, {0.7, 3},        {1.5, HUGE_VAL},
                     {5.5, 9},     {8, HUGE_VAL},   {40, 41},     {-HUGE_VAL, 40}, {-HUGE_VAL, HUGE_VAL},
                     {1, 1.00001}, {2, 2.00000002}, {100, 100.1}};
    Parameters result;
    for (const auto &[a, b] : intervals)
        for (const bool mirrored : {false, true}) {
            const double mean = random.one_in(2) ? 0 : static_cast<float>(random.tame<float>());
            const double std = random.one_in(2) ? 1 : 0.25 + std::abs(static_cast<double>(random.tame<float>()));
            const double low = mean + std * (mirrored ? -b : a);
            const double high = mean + std * (mirrored ? -a : b);
            if (Type != unitvar::DType::f64 && static_cast<float>(low) >= static_cast<float>(high))
                continue; // nothing of the element type lies between them
            core::Truncation &truncation = truncations.storage.emplace_back();
            result.push_back(core::trunc_normal_parameters(Type, mean, static_cast<float>(std), low, high, truncation));
            truncations.seen |= 1U << static_cast<unsigned>(truncation.mode);
        }
    truncations.seen &= Modes;
    truncations.seen ^= Modes; // what is missing
    return result;
}
constexpr unsigned modes_of_f64 = 0x3EU; // all of TruncationMode but direct
constexpr unsigned modes_of_f32 = 0x3FU;
static_assert(static_cast<unsigned>(TruncationMode::direct) == 0 && static_cast<unsigned>(TruncationMode::narrow) == 5);

struct DrawRow {
    DrawIndex draw;
    Parameters (*parameters)(Random &, Truncations &);
};
// The draws whose parameters have traps of their own; those of others are what their samplers take.
constexpr DrawRow special_draws[] = {
    {DrawIndex::uniform_f32, uniforms<float>},
    {DrawIndex::uniform_f64, uniforms<double>},
    {DrawIndex::normal_f32, normals<float>},
    {DrawIndex::normal_f64, normals<double>},
    {DrawIndex::normal_icdf_f32, normals<float>},
    {DrawIndex::normal_icdf_f64, normals<double>},
    {DrawIndex::trunc_normal_f32, truncated<unitvar::DType::f32, modes_of_f32>},
    {DrawIndex::trunc_normal_f64, truncated<unitvar::DType::f64, modes_of_f64>},
    {DrawIndex::uniform_bf16, uniforms<float>},
    {DrawIndex::uniform_f16, uniforms<float>},
    {DrawIndex::normal_bf16, normals<float>},
    {DrawIndex::normal_f16, normals<float>},
    {DrawIndex::trunc_normal_bf16, truncated<unitvar::DType::bf16, modes_of_f32>},
    {DrawIndex::trunc_normal_f16, truncated<unitvar::DType::f16, modes_of_f32>},
};

template <std::size_t Index> Parameters ordinary(Random &random, Truncations &)
{
    constexpr auto draw = static_cast<DrawIndex>(Index);
    core::Truncation unused;
    unitvar::Draw values = core::standard_draw(draw);
    Parameters result{core::draw_parameters(draw, values, unused)};
    const bool location = values.p[0] == 0;
    for (int i = 0; i < 4; ++i) {
        for (double &p : values.p)
            p = std::abs(static_cast<double>(i < 3 ? random.tame<float>() : random.wide<float>())) + 1e-3;
        if (location)
            values.p[0] = static_cast<double>(random.tame<float>());
        if (core::row(draw).name[0] == 'b')
            values.p[0] = std::fmod(values.p[0], 1.0);
        values.k[0] = static_cast<std::int64_t>(random.below(1000)) - 500;
        values.k[1] = values.k[0] + 1 + static_cast<std::int64_t>(random.below(1U << (7 * i + 1)));
        result.push_back(core::draw_parameters(draw, values, unused));
    }
    return result;
}

const std::array<DrawRow, core::draw_count> draws = [] {
    return []<std::size_t... I>(std::index_sequence<I...>)
    {
        std::array<DrawRow, core::draw_count> rows{{{static_cast<DrawIndex>(I), &ordinary<I>}...}};
        for (const DrawRow &special : special_draws)
            rows[static_cast<std::size_t>(special.draw)] = special;
        return rows;
    }
    (std::make_index_sequence<core::draw_count>{});
}();

// n elements by a kernel of an engine, for what a row has of kernels: its own or the shared one.
void call(core::FillKernel kernel, const KernelTable &, DrawIndex, const EngineState &state, const DrawParameters &p,
          void *target, std::size_t n, StoreMode mode)
{
    kernel(state, p, target, n, mode);
}
void call(core::SharedFillKernel kernel, const KernelTable &table, DrawIndex draw, const EngineState &state,
          const DrawParameters &p, void *target, std::size_t n, StoreMode)
{
    kernel(state, draw, table.transform->draw[static_cast<std::size_t>(draw)], p, target, n);
}

template <class Element, class Kernel> void fill(Trial<Kernel> &trial, const EngineRow &engine, const DrawRow &draw)
{
    const core::DrawRow &row = core::row(draw.draw);
    const std::size_t block = row.elements_per_block();
    Truncations truncations;
    const Parameters parameters = draw.parameters(trial.random, truncations);
    if (truncations.seen != 0)
        trial.report(Finding::driver, formatted("no interval for the modes 0x%X of a truncation", truncations.seen));
    std::size_t next = 0;
    const auto check = [&](std::size_t n, const DrawParameters &p) {
        const EngineState state = engine.state(trial.random);
        for (const StoreMode mode : trial.modes()) {
            Case c(trial,
                   formatted("n = %zu, state {0x%llX, 0x%llX, 0x%llX}, parameters {%.17g, %.17g, %.17g}, %s", n,
                             static_cast<unsigned long long>(state.position),
                             static_cast<unsigned long long>(state.key), static_cast<unsigned long long>(state.stream),
                             p.location, p.scale, p.limit, mode == StoreMode::streaming ? "streaming" : "cached"));
            const std::size_t whole = (n + block - 1) / block * block;
            const auto count = [n, whole](Role role) { return role == reference ? whole : n; };
            const auto y = c.out("target", Elements<Element>{n}, {.count = count});
            c.every_offset(n == block + 1 && next < 4);
            c.run(n, [&](auto kernel, Role role) {
                call(kernel, trial.table(role), draw.draw, state, p, y, trial.bench() ? n : count(role),
                     role == reference ? StoreMode::cached : mode);
            });
        }
    };
    for (const std::size_t n : trial.lengths({.first = 0, .block = block})) {
        check(n, parameters[next++ % parameters.size()]);
        if (trial.enough())
            return;
    }
    // Each set of parameters with a length of every kind.
    if (!trial.bench())
        for (const DrawParameters &p : parameters)
            for (const std::size_t n : {block, 3 * block, trial.random.between(1, 4 * block)})
                check(n, p);
}

constexpr std::size_t group_words = core::words_per_block / 2;

// Elements of a shard, in the order of the shard: runs of one length, so far from one another.
std::vector<std::uint64_t> runs(Random &random, std::size_t n, std::uint64_t below)
{
    const std::uint64_t run = random.one_in(2) ? 1 : random.between(1, 20);
    const std::uint64_t step = run + random.below(below / (n / run + 1) + 1);
    std::vector<std::uint64_t> result(n);
    for (std::size_t i = 0; i < n; ++i)
        result[i] = (i / run * step + i % run) % below;
    return result;
}

void drive_gather(Trial<core::GatherKernel> &trial, const EngineRow &engine, bool pairs)
{
    constexpr std::size_t pair_bit = group_words / 2;
    const std::size_t indices_per_group = pairs ? pair_bit : group_words;
    constexpr std::uint64_t filled = 1U << 14U;
    std::vector<std::uint32_t> fill(filled);
    for (const std::size_t groups : trial.lengths({.first = 0, .block = 12, .largest = 60, .bench = 128})) {
        for (int pattern = 0; pattern < (trial.bench() ? 1 : 4); ++pattern) {
            const EngineState state = engine.state(trial.random);
            const std::size_t n = groups * indices_per_group;
            const bool far = pattern == 3; // too far for a fill to reach: the reference is a group at a time
            std::vector<std::uint64_t> index = runs(trial.random, n, filled);
            if (pattern == 2)
                index = trial.random.values<std::uint64_t>(n, [&] { return trial.random.below(filled); });
            if (far)
                for (std::uint64_t &i : index)
                    i = trial.random.one_in(2) ? trial.random.next() : i << trial.random.below(50);
            if (!far)
                trial.table(reference).fill[static_cast<std::size_t>(engine.engine)]->draw[0](
                    state, {}, fill.data(), filled, StoreMode::cached);
            Case c(trial, formatted("groups = %zu, state {0x%llX, 0x%llX, 0x%llX}, pattern %d", groups,
                                    static_cast<unsigned long long>(state.position),
                                    static_cast<unsigned long long>(state.key),
                                    static_cast<unsigned long long>(state.stream), pattern));
            const auto x = c.in("index", index, {.alignment = alignof(std::uint64_t)});
            const auto y =
                c.out("words", Elements<std::uint32_t>{groups * group_words}, {.alignment = alignof(std::uint32_t)});
            c.run(groups * indices_per_group, [&](auto kernel, Role role) {
                if (role != reference || trial.bench()) {
                    kernel(state, x, y, groups);
                    return;
                }
                std::uint32_t *word = y;
                const std::uint64_t *at = x;
                for (std::size_t g = 0; g < groups; ++g, at += indices_per_group, word += group_words) {
                    if (far)
                        kernel(state, at, word, 1);
                    else
                        for (std::size_t i = 0; i < group_words; ++i)
                            word[i] = !pairs         ? fill[at[i]]
                                      : i < pair_bit ? fill[at[i] & ~pair_bit]
                                                     : fill[at[i - pair_bit] | pair_bit];
                }
            });
            if (trial.enough())
                return;
        }
    }
}

template <class Element> void transform(Trial<core::TransformKernel> &trial, const DrawRow &draw)
{
    const std::size_t group = core::row(draw.draw).elements_per_block() / 2;
    Truncations truncations;
    const Parameters parameters = draw.parameters(trial.random, truncations);
    std::size_t next = 0;
    for (const std::size_t groups : trial.lengths({.first = 0, .block = 4, .largest = 40, .bench = 128}))
        for (std::size_t i = 0; i < (trial.bench() ? 1 : parameters.size()); ++i) {
            const DrawParameters &p = parameters[next++ % parameters.size()];
            // Words of a fill, whose elements these must be; or with the ends of their range among them, which fills
            // hardly have.
            const bool drawn = trial.random.one_in(2);
            const EngineState state = engines[0].state(trial.random);
            const core::FillRow &fill = *trial.table(reference).fill[static_cast<std::size_t>(engines[0].engine)];
            std::vector<std::uint32_t> words(groups * group_words);
            if (drawn)
                fill.draw[0](state, {}, words.data(), words.size(), StoreMode::cached);
            else
                for (std::uint32_t &word : words)
                    word = trial.random.one_in(3) ? 0U - static_cast<std::uint32_t>(trial.random.below(2))
                                                  : static_cast<std::uint32_t>(trial.random.next());
            Case c(trial, formatted("groups = %zu, %s words, parameters {%.17g, %.17g, %.17g}", groups,
                                    drawn ? "a fill's" : "arbitrary", p.location, p.scale, p.limit));
            const auto x = c.in("words", words, {.alignment = alignof(std::uint32_t)});
            const auto y = c.out("target", Elements<Element>{groups * group});
            c.every_offset(groups == 3 && i < 2);
            c.run(groups * group, [&](auto kernel, Role role) {
                if (role != reference || trial.bench())
                    kernel(x, p, y, groups);
                else if (drawn && core::row(draw.draw).shared)
                    call(fill.shared, trial.table(reference), draw.draw, state, p, y, groups * group,
                         StoreMode::cached);
                else if (drawn)
                    fill.draw[static_cast<std::size_t>(draw.draw)](state, p, y, groups * group, StoreMode::cached);
                else
                    for (std::size_t g = 0; g < groups; ++g)
                        kernel(static_cast<const std::uint32_t *>(x) + g * group_words, p,
                               static_cast<Element *>(y) + g * group, 1);
            });
            if (trial.enough())
                return;
        }
}

// The kernel that pointer(table) is, by a driver of trials.
template <class Kernel, class Pointer, class Drive>
void add_entry(Entries &entries, const std::string &name, const Pointer &pointer, const Drive &drive)
{
    entries.push_back({name, [=](const Options &options, std::span<const KernelTable *const> tables) {
                           std::vector<Kernel> kernels;
                           for (const KernelTable *const table : tables)
                               kernels.push_back(pointer(*table));
                           Trial<Kernel> trial(options, name, tables, kernels);
                           drive(trial);
                           return trial.outcome;
                       }});
}

// drive.operator()<Element>() for elements of so many bytes.
template <class Drive> void with_element(std::size_t bytes, const Drive &drive)
{
    switch (bytes) {
    case 1:
        return drive.template operator()<std::uint8_t>();
    case 2:
        return drive.template operator()<std::uint16_t>();
    case 4:
        return drive.template operator()<std::uint32_t>();
    default:
        return drive.template operator()<std::uint64_t>();
    }
}

static_assert(sizeof(core::FillRow) == (core::draw_count + 3) * sizeof(core::FillKernel),
              "a kernel of an engine has no row");

} // namespace

void add_fills(Entries &entries, const std::string &name, const Access<const core::FillRow * [core::engine_count]> &at)
{
    for (const EngineRow &engine : engines) {
        const auto of_engine = [at, &engine](const KernelTable &table) -> const core::FillRow & {
            return *at(table)[static_cast<std::size_t>(engine.engine)];
        };
        const std::string prefix = name + "." + engine.name + ".";
        for (const DrawRow &draw : draws) {
            const core::DrawRow &row = core::row(draw.draw);
            const auto add = [&]<class Kernel>(const auto &pointer) {
                add_entry<Kernel>(entries, prefix + row.name, pointer, [=, &engine, &draw](Trial<Kernel> &trial) {
                    with_element(row.element_bytes, [&]<class Element> { fill<Element>(trial, engine, draw); });
                });
            };
            if (row.shared)
                add.template operator()<core::SharedFillKernel>(
                    [=](const KernelTable &table) { return of_engine(table).shared; });
            else
                add.template operator()<core::FillKernel>([=, &draw](const KernelTable &table) {
                    return of_engine(table).draw[static_cast<std::size_t>(draw.draw)];
                });
        }
        add_entry<core::GatherKernel>(
            entries, prefix + "gather", [=](const KernelTable &table) { return of_engine(table).gather; },
            [&engine](Trial<core::GatherKernel> &trial) { drive_gather(trial, engine, false); });
        add_entry<core::GatherKernel>(
            entries, prefix + "gather_pairs", [=](const KernelTable &table) { return of_engine(table).gather_pairs; },
            [&engine](Trial<core::GatherKernel> &trial) { drive_gather(trial, engine, true); });
    }
}

void add_transforms(Entries &entries, const std::string &name, const Access<core::TransformRow> &at)
{
    for (const DrawRow &draw : draws) {
        const core::DrawRow &row = core::row(draw.draw);
        add_entry<core::TransformKernel>(
            entries, name + "." + row.name,
            [=, &draw](const KernelTable &table) { return at(table).draw[static_cast<std::size_t>(draw.draw)]; },
            [=, &draw](Trial<core::TransformKernel> &trial) {
                with_element(row.element_bytes, [&]<class Element> { transform<Element>(trial, draw); });
            });
    }
}

} // namespace checkkernels
