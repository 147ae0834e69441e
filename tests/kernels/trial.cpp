#include "trial.hpp"

#include "crash.hpp"
#include "timing.hpp"

#include <cfenv>
#include <cmath>
#include <cstdarg>
#include <cstdio>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace checkkernels {
namespace {

// Rounding mode, masks of exceptions, treatment of denormals: not the flags of what happened.
std::uint64_t control_word()
{
#if defined(__x86_64__)
    return _mm_getcsr() & ~std::uint32_t{0x3F};
#elif defined(__aarch64__)
    std::uint64_t fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    return fpcr;
#else
    return static_cast<std::uint64_t>(std::fegetround());
#endif
}

bool is_nan(const unsigned char *bytes, std::size_t element_bytes)
{
    if (element_bytes == sizeof(float)) {
        float x;
        std::memcpy(&x, bytes, sizeof x);
        return std::isnan(x);
    }
    double x;
    std::memcpy(&x, bytes, sizeof x);
    return std::isnan(x);
}

bool same(const unsigned char *a, const unsigned char *b, std::size_t element_bytes, bool floating)
{
    return std::memcmp(a, b, element_bytes) == 0 || (floating && is_nan(a, element_bytes) && is_nan(b, element_bytes));
}

std::string shown(const unsigned char *bytes, std::size_t element_bytes, bool floating)
{
    std::uint64_t bits = 0;
    if (element_bytes == 8) {
        std::memcpy(&bits, bytes, 8);
    } else if (element_bytes == 4) {
        std::uint32_t word;
        std::memcpy(&word, bytes, 4);
        bits = word;
    } else {
        std::uint16_t word;
        std::memcpy(&word, bytes, 2);
        bits = word;
    }
    const std::string hexadecimal =
        formatted("0x%0*llX", static_cast<int>(2 * element_bytes), static_cast<unsigned long long>(bits));
    if (!floating)
        return hexadecimal;
    if (element_bytes == sizeof(float))
        return formatted("%s (%.9g)", hexadecimal.c_str(),
                         static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits))));
    return formatted("%s (%.17g)", hexadecimal.c_str(), std::bit_cast<double>(bits));
}

} // namespace

const char *name_of(Finding finding)
{
    switch (finding) {
    case Finding::value:
        return "wrong element";
    case Finding::returned:
        return "wrong return value";
    case Finding::guard:
        return "write outside of an array";
    case Finding::input:
        return "changed input";
    case Finding::crash:
        return "crash";
    case Finding::control:
        return "changed floating-point control";
    case Finding::driver:
        return "the driver itself is wrong";
    }
    return "?";
}

std::string formatted(const char *format, ...)
{
    char text[512];
    std::va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return text;
}

std::vector<std::size_t> Session::lengths(const Lengths &wanted)
{
    if (bench())
        return {wanted.bench};
    std::vector<std::size_t> result;
    const std::size_t dense = std::min(2 * wanted.block, wanted.largest);
    for (std::size_t n = wanted.first; n <= dense; ++n)
        result.push_back(n);
    if (dense == wanted.largest)
        return result;
    const std::size_t middle = std::min(wanted.largest, 16 * wanted.block);
    for (int i = 0; i < (quick() ? 1 : 4); ++i)
        result.push_back(random.between(dense + 1, std::max(dense + 1, middle)));
    for (int i = 0; i < (quick() ? 1 : 3); ++i)
        result.push_back(random.between(dense + 1, wanted.largest));
    if (!quick()) {
        result.push_back(wanted.largest - 1);
        result.push_back(wanted.largest);
    }
    return result;
}

std::vector<StoreMode> Session::modes() const
{
    return bench() ? std::vector{StoreMode::cached}
                   : std::vector{StoreMode::cached, StoreMode::prefetched, StoreMode::streaming};
}

void Session::report(Finding finding, const std::string &text)
{
    outcome.findings.push_back(finding);
    if (options_.silent)
        return;
    std::printf("FAIL %s.%s: %s: %s\n", table(roles() - 1).name, entry_.c_str(), name_of(finding), text.c_str());
    if (outcome.findings.size() == 1)
        std::printf("     again: unitvar_checkkernels --isa %s --filter %s --seed %llu\n", table(roles() - 1).name,
                    entry_.c_str(), static_cast<unsigned long long>(options_.seed));
}

Region &Session::region(std::size_t array, Role role)
{
    const std::size_t index = array * roles() + role;
    while (regions_.size() <= index)
        regions_.push_back(std::make_unique<Region>());
    return *regions_[index];
}

void CaseBase::report(Finding finding, const std::string &where, const std::string &text)
{
    session_.report(finding, parameters_ + ", " + where + ": " + text);
}

std::vector<Placement> CaseBase::placements()
{
    using Kind = Placement::Kind;
    std::vector<Placement> result{{Kind::before_page, 0},
                                  {Kind::offset, 0},
                                  {Kind::after_page, 0},
                                  {Kind::offset, session_.random.between(1, 63)}};
    if (every_offset_)
        for (std::size_t offset = 1; offset < 64; ++offset)
            result.push_back({Kind::offset, offset});
    return result;
}

void CaseBase::fill(Array &array, Role role, const std::vector<unsigned char> &content)
{
    const std::size_t bytes = array.element_bytes;
    if (!array.demands.position) {
        if (!content.empty())
            std::memcpy(array.address, content.data(), content.size());
        return;
    }
    for (std::size_t i = 0; i < array.elements; ++i)
        std::memcpy(array.address + array.position(role, i) * bytes, content.data() + i * bytes, bytes);
}

std::vector<unsigned char> CaseBase::content_after(const Array &array, Role role) const
{
    const std::size_t bytes = array.element_bytes;
    std::vector<unsigned char> content(array.elements * bytes);
    if (content.empty())
        return content;
    if (!array.demands.position) {
        std::memcpy(content.data(), array.address, content.size());
        return content;
    }
    for (std::size_t i = 0; i < array.elements; ++i)
        std::memcpy(content.data() + i * bytes, array.address + array.position(role, i) * bytes, bytes);
    return content;
}

// Without a placement at an address that is aligned to everything. In place: the aliased output is its input; else it
// begins with the input's content, so that the results are comparable.
void CaseBase::lay_out(Role role, const Placement *placement, const Alias &alias, bool in_place)
{
    for (std::size_t i = 0; i < arrays_.size(); ++i) {
        Array &array = arrays_[i];
        const bool aliased = &array == alias.output;
        if (aliased && in_place)
            continue;
        Placement place = placement != nullptr ? *placement : Placement{};
        // Not all arrays at the same offset.
        if (placement != nullptr && place.kind == Placement::Kind::offset && place.offset != 0 && i % 2 != 0)
            place.offset = session_.random.below(64);
        const std::size_t behind = array.demands.beyond * array.element_bytes;
        const std::size_t bytes = array.count(role) * array.element_bytes + behind;
        array.address = session_.region(i, role).place(bytes, array.demands.alignment, place);
        // Everything that no element lies in: different for each call.
        if (array.demands.position) {
            for (std::size_t b = 0; b < bytes; ++b)
                array.address[b] = static_cast<unsigned char>(session_.random.next());
        } else {
            for (std::size_t b = bytes - behind; b < bytes; ++b)
                array.address[b] = static_cast<unsigned char>(session_.random.next());
        }
        fill(array, role, aliased ? alias.input->content : array.content);
    }
    if (alias.output != nullptr && in_place)
        alias.output->address = alias.input->address;
}

bool CaseBase::run(Role role, const Call &call, Value &value, const std::string &where)
{
    ++session_.outcome.calls;
    const std::uint64_t control = control_word();
    const Crash crash = call_guarded([&] { value = call(role); });
    if (crash.signal != 0) {
        std::string text = formatted("%s", crash.name());
        for (std::size_t i = 0; i < arrays_.size(); ++i) {
            const Array &array = arrays_[i];
            if (!session_.region(i, role).owns(crash.address))
                continue;
            const auto distance = static_cast<const unsigned char *>(crash.address) - array.address;
            const auto bytes = static_cast<std::ptrdiff_t>(array.count(role) * array.element_bytes);
            text += distance < 0 ? formatted(", %td bytes before the start of %s", -distance, array.name)
                                 : formatted(", %td bytes past the end of %s", distance - bytes, array.name);
        }
        report(Finding::crash, where, text);
        return false;
    }
    if (control_word() != control) {
        report(Finding::control, where, "rounding mode, exception masks or treatment of denormals");
        std::fesetenv(FE_DFL_ENV);
        return false;
    }
    return true;
}

void CaseBase::compare(const Array &array, const std::vector<unsigned char> &expected, Role role,
                       const std::string &where)
{
    const std::vector<unsigned char> got = content_after(array, role);
    const std::size_t bytes = array.element_bytes;
    if (!array.demands.defined && got == expected)
        return;
    for (std::size_t i = 0; i < array.elements; ++i) {
        const unsigned char *const a = got.data() + i * bytes;
        const unsigned char *const b = expected.data() + i * bytes;
        if ((array.demands.defined && !array.demands.defined(i)) || same(a, b, bytes, array.floating))
            continue;
        report(array.is_output() ? Finding::value : Finding::input, where,
               formatted("element %zu of %zu of %s is %s instead of %s", i, array.elements, array.name,
                         shown(a, bytes, array.floating).c_str(), shown(b, bytes, array.floating).c_str()));
        return;
    }
}

void CaseBase::check_surroundings(Role role, const std::string &where)
{
    for (std::size_t i = 0; i < arrays_.size(); ++i) {
        const std::ptrdiff_t changed = session_.region(i, role).changed_guard();
        if (changed != 0)
            report(Finding::guard, where,
                   changed < 0 ? formatted("%td bytes before the start of %s", -changed, arrays_[i].name)
                               : formatted("%td bytes past the end of %s", changed, arrays_[i].name));
    }
}

void CaseBase::execute(std::size_t elements, const Call &call, const Call &empty)
{
    if (session_.bench()) {
        measure(elements, call, empty);
        return;
    }
    std::vector<Alias> aliases{Alias{}};
    aliases.insert(aliases.end(), aliases_.begin(), aliases_.end());
    for (const Alias &alias : aliases) {
        if (session_.enough())
            return;
        lay_out(reference, nullptr, alias, false);
        Value expected_value;
        if (!run(reference, call, expected_value, "the reference"))
            return;
        std::vector<std::vector<unsigned char>> expected;
        for (const Array &array : arrays_)
            expected.push_back(array.is_output() ? content_after(array, reference) : array.content);

        constexpr Role candidate = 1;
        for (const Placement &placement : placements()) {
            lay_out(candidate, &placement, alias, true);
            std::string where = placement.kind == Placement::Kind::before_page  ? "before an inaccessible page"
                                : placement.kind == Placement::Kind::after_page ? "after an inaccessible page"
                                                                                : "";
            if (where.empty())
                where = formatted("offset %zu", placement.offset);
            if (alias.output != nullptr)
                where += formatted(", %s is %s", alias.output->name, alias.input->name);
            Value value;
            if (!run(candidate, call, value, where)) {
                if (session_.enough())
                    return;
                continue;
            }
            for (std::size_t i = 0; i < value.count; ++i) {
                const auto *const a = reinterpret_cast<const unsigned char *>(&value.numbers[i]);
                const auto *const b = reinterpret_cast<const unsigned char *>(&expected_value.numbers[i]);
                if (!same(a, b, 8, value.floating))
                    report(Finding::returned, where,
                           formatted("number %zu is %s instead of %s", i, shown(a, 8, value.floating).c_str(),
                                     shown(b, 8, value.floating).c_str()));
            }
            for (std::size_t i = 0; i < arrays_.size(); ++i)
                if (arrays_[i].use != Array::Use::scratch && &arrays_[i] != alias.input)
                    compare(arrays_[i], expected[i], candidate, where);
            check_surroundings(candidate, where);
            if (session_.enough())
                return;
        }
    }
}

void CaseBase::measure(std::size_t elements, const Call &call, const Call &empty)
{
    // An array that the call changes is put back before each one, for the empty call too.
    std::vector<std::vector<unsigned char *>> addresses(session_.roles());
    for (Role role = 0; role < session_.roles(); ++role) {
        lay_out(role, nullptr, {}, false);
        for (const Array &array : arrays_)
            addresses[role].push_back(array.address);
    }
    const auto prepared = [&](const Call &what, Role role) {
        return [&, role] {
            for (Array &array : arrays_)
                if (array.use == Array::Use::in_out)
                    fill(array, role, array.content);
            static_cast<void>(what(role));
        };
    };
    const auto point_at = [&](Role role) {
        for (std::size_t i = 0; i < arrays_.size(); ++i)
            arrays_[i].address = addresses[role][i];
    };
    std::vector<Timed> calls;
    for (Role role = 0; role < session_.roles(); ++role)
        calls.push_back({[&, role] { point_at(role); }, prepared(call, role), prepared(empty, role)});
    session_.outcome.timed_elements = elements;
    for (const Sample &sample : time_interleaved(calls, session_.options().rounds))
        session_.outcome.timings.push_back(
            {sample.nanoseconds / static_cast<double>(std::max<std::size_t>(elements, 1)), sample.spread});
}

} // namespace checkkernels
