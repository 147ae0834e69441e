// One entry of the kernel tables under trial. A driver knows an entry's contract: it makes the arguments of many calls,
// declares each array with what the kernel may do with it, and calls the kernel as it is told to, once in the reference
// table and once for every placement of the arrays in the table on trial. The same driver serves --bench, where it gets
// a single length and times the call instead.
#ifndef UNITVAR_TESTS_KERNELS_TRIAL_HPP
#define UNITVAR_TESTS_KERNELS_TRIAL_HPP

#include "core/kernel_table.hpp"
#include "memory.hpp"
#include "random.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace checkkernels {

namespace core = unitvar::core;
using core::KernelTable;
using core::StoreMode;

struct Options {
    std::uint64_t seed = 0;
    bool quick = false;
    bool bench = false;
    bool silent = false;
    std::size_t rounds = 15; // of --bench
};

// What was wrong. The self-test asks for the kind that a fault should show.
enum class Finding { value, returned, guard, input, crash, control, driver };
[[nodiscard]] const char *name_of(Finding finding);
[[nodiscard]] constexpr const char *name_of(StoreMode mode) noexcept
{
    return mode == StoreMode::streaming ? "streaming" : mode == StoreMode::prefetched ? "prefetched" : "cached";
}

// The tables side by side: in check mode 0 is the reference and 1 the one on trial, in bench mode all are timed.
using Role = std::size_t;
inline constexpr Role reference = 0;

struct Timing {
    double nanoseconds; // per element
    double spread;      // half the distance between the quartiles, as a part of the median
};

// What a trial came to.
struct Outcome {
    std::size_t calls = 0;
    std::vector<Finding> findings;
    std::vector<Timing> timings; // bench: of each table
    std::size_t timed_elements = 0;
};

// One entry and two or more tables.
class Session {
public:
    Session(const Options &options, std::string_view entry, std::span<const KernelTable *const> tables)
        : random(options.seed, entry), options_(options), entry_(entry), tables_(tables)
    {
    }

    Random random;

    [[nodiscard]] bool bench() const { return options_.bench; }
    [[nodiscard]] bool quick() const { return options_.quick; }
    [[nodiscard]] const Options &options() const { return options_; }
    [[nodiscard]] const KernelTable &table(Role role) const { return *tables_[role]; }
    [[nodiscard]] std::size_t roles() const { return tables_.size(); }

    // Every length from the first to two blocks, and some larger ones; bench: the one to time.
    struct Lengths {
        std::size_t first = 0;
        std::size_t block = 16;
        std::size_t largest = 5000;
        std::size_t bench = 4096;
    };
    std::vector<std::size_t> lengths(const Lengths &wanted);
    std::vector<StoreMode> modes() const;
    // One of some values, or in bench mode the first.
    template <class T> T pick(std::initializer_list<T> values)
    {
        return bench() ? *values.begin() : values.begin()[random.below(values.size())];
    }

    void report(Finding finding, const std::string &text);
    // After so many findings of an entry the rest of its calls are left out.
    [[nodiscard]] bool enough() const { return outcome.findings.size() >= 4; }

    Outcome outcome;

    Region &region(std::size_t array, Role role);

private:
    const Options &options_;
    std::string entry_;
    std::span<const KernelTable *const> tables_;
    std::deque<std::unique_ptr<Region>> regions_;
};

template <class Kernel> class Trial : public Session {
public:
    Trial(const Options &options, std::string_view entry, std::span<const KernelTable *const> tables,
          std::vector<Kernel> kernels)
        : Session(options, entry, tables), kernels_(std::move(kernels))
    {
    }
    [[nodiscard]] Kernel kernel(Role role) const { return kernels_[role]; }

private:
    std::vector<Kernel> kernels_;
};

// How an array may be laid out, and what is looked at. Unless it says otherwise an array has any address, nothing
// around it is touched, and all of its elements are compared; a NaN equals a NaN, of which IEEE 754 leaves sign and
// payload open.
struct Demands {
    std::size_t alignment = 1;
    // Elements behind the end that may be read and, where the kernel writes at all, written.
    std::size_t beyond = 0;
    // Where element i lies for a table, and how many elements there are in all: for what is laid out in tiles or strips
    // of the table's own width. What no element lies in is filled at random.
    std::function<std::size_t(Role)> count = {};
    std::function<std::size_t(Role, std::size_t)> position = {};
    // Whether the kernel defines element i; the others are not compared.
    std::function<bool(std::size_t)> defined = {};
};

struct Array {
    enum class Use { in, out, in_out, scratch };
    const char *name;
    Use use;
    std::size_t element_bytes;
    bool floating;
    std::size_t elements;
    std::vector<unsigned char> content; // what it holds before the call
    Demands demands;

    unsigned char *address = nullptr; // for the call that is being made
    [[nodiscard]] bool is_output() const { return use == Use::out || use == Use::in_out; }
    [[nodiscard]] std::size_t position(Role role, std::size_t i) const
    {
        return demands.position ? demands.position(role, i) : i;
    }
    [[nodiscard]] std::size_t count(Role role) const { return demands.count ? demands.count(role) : elements; }
};

// An array as an argument.
template <class T> class Pointer {
public:
    explicit Pointer(Array &array) : array_(&array) {}
    operator T *() const { return reinterpret_cast<T *>(array_->address); } // NOLINT: it is an argument
    [[nodiscard]] Array &array() const { return *array_; }

private:
    Array *array_;
};

// What a kernel returned: up to eight numbers of 8 bytes, or nothing.
struct Value {
    std::array<double, 8> numbers{};
    std::size_t count = 0;
    bool floating = true;

    Value() = default;
    template <class R> explicit Value(const R &value) : count(sizeof(R) / 8), floating(!std::is_integral_v<R>)
    {
        static_assert(sizeof(R) % 8 == 0 && sizeof(R) <= sizeof(numbers) && std::is_trivially_copyable_v<R>);
        std::memcpy(numbers.data(), &value, sizeof value);
    }
    explicit Value(std::uint32_t value) : Value(std::uint64_t{value}) {}
};

// n elements of T.
template <class T> struct Elements {
    std::size_t n;
};

// The arrays of one call.
class CaseBase {
public:
    CaseBase(const CaseBase &) = delete;
    CaseBase &operator=(const CaseBase &) = delete;

    // Not changed by the call.
    template <class T> Pointer<const T> in(const char *name, const std::vector<T> &values, Demands demands = {})
    {
        return Pointer<const T>(add<T>(name, Array::Use::in, values.size(), values.data(), std::move(demands)));
    }
    // Holds arbitrary bytes before the call; what the kernel does not write keeps them.
    template <class T> Pointer<T> out(const char *name, Elements<T> elements, Demands demands = {})
    {
        const std::vector<T> values = session_.random.words<T>(elements.n);
        return Pointer<T>(add<T>(name, Array::Use::out, elements.n, values.data(), std::move(demands)));
    }
    template <class T> Pointer<T> in_out(const char *name, const std::vector<T> &values, Demands demands = {})
    {
        return Pointer<T>(add<T>(name, Array::Use::in_out, values.size(), values.data(), std::move(demands)));
    }
    // As out, but what the kernel leaves there is not compared.
    template <class T> Pointer<T> scratch(const char *name, Elements<T> elements, Demands demands = {})
    {
        const std::vector<T> values = session_.random.words<T>(elements.n);
        return Pointer<T>(add<T>(name, Array::Use::scratch, elements.n, values.data(), std::move(demands)));
    }
    // The contract allows the output to be this input.
    template <class T, class U> void may_be(const Pointer<T> &output, const Pointer<U> &input)
    {
        aliases_.push_back({&output.array(), &input.array()});
    }
    // Some lengths are tried at every offset from a 64-byte boundary.
    void every_offset(bool on = true) { every_offset_ = on; }

protected:
    CaseBase(Session &session, std::string parameters) : session_(session), parameters_(std::move(parameters)) {}
    ~CaseBase() = default;

    using Call = std::function<Value(Role)>;
    void execute(std::size_t elements, const Call &call, const Call &empty);

    Session &session_;

private:
    struct Alias {
        Array *output = nullptr;
        Array *input = nullptr;
    };

    template <class T> Array &add(const char *name, Array::Use use, std::size_t n, const T *values, Demands demands)
    {
        arrays_.push_back({name, use, sizeof(T), std::is_floating_point_v<T>, n, {}, std::move(demands)});
        Array &array = arrays_.back();
        array.content.resize(n * sizeof(T));
        if (n != 0)
            std::memcpy(array.content.data(), values, n * sizeof(T));
        return array;
    }
    std::vector<Placement> placements();
    void lay_out(Role role, const Placement *placement, const Alias &alias, bool in_place);
    void fill(Array &array, Role role, const std::vector<unsigned char> &content);
    [[nodiscard]] std::vector<unsigned char> content_after(const Array &array, Role role) const;
    bool run(Role role, const Call &call, Value &value, const std::string &where);
    void compare(const Array &array, const std::vector<unsigned char> &expected, Role role, const std::string &where);
    void check_surroundings(Role role, const std::string &where);
    void measure(std::size_t elements, const Call &call, const Call &empty);
    void report(Finding finding, const std::string &where, const std::string &text);

    std::string parameters_;
    std::deque<Array> arrays_;
    std::vector<Alias> aliases_;
    bool every_offset_ = false;
};

[[gnu::format(printf, 1, 2)]] std::string formatted(const char *format, ...);

// What an empty call calls.
template <class Kernel> struct Nothing;
template <class R, class... Arguments> struct Nothing<R (*)(Arguments...)> {
    static R call(Arguments...) { return R(); }
};

template <class Kernel> class Case : public CaseBase {
public:
    Case(Trial<Kernel> &trial, std::string parameters) : CaseBase(trial, std::move(parameters)), trial_(trial) {}

    // call(kernel, role), which returns what the kernel returns; elements: what bench divides by, multiplications for
    // products of matrices.
    template <class F> void run(std::size_t elements, const F &call)
    {
        const auto with = [&](Kernel kernel, Role role) {
            if constexpr (std::is_void_v<std::invoke_result_t<F, Kernel, Role>>) {
                call(kernel, role);
                return Value();
            } else {
                return Value(call(kernel, role));
            }
        };
        Kernel volatile nothing = &Nothing<Kernel>::call; // so that the compiler cannot look into it
        execute(
            elements, [&](Role role) { return with(trial_.kernel(role), role); },
            [&](Role role) { return with(nothing, role); });
    }
    // call(kernel, first, count) for what treats elements alike: the reference computes them in pieces.
    template <class F> void run_elementwise(std::size_t n, const F &call)
    {
        std::vector<std::size_t> cuts{0};
        while (cuts.back() < n)
            cuts.push_back(std::min(n, cuts.back() + trial_.random.between(1, 80)));
        run(n, [&](Kernel kernel, Role role) {
            if (role != reference || trial_.bench()) {
                call(kernel, 0, n);
                return;
            }
            for (std::size_t i = 1; i < cuts.size(); ++i)
                call(kernel, cuts[i - 1], cuts[i] - cuts[i - 1]);
        });
    }

private:
    Trial<Kernel> &trial_;
};

template <class Kernel> using Driver = std::function<void(Trial<Kernel> &)>;

} // namespace checkkernels

#endif
