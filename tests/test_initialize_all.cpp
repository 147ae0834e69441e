// Keeps unitvar::initialize_all: every tensor by the fork of its name, so that neither the order nor the number of
// threads changes a bit; and nothing at all is written where one of the tensors is refused.
#include "support/capi.hpp"
#include "support/kinds.hpp"
#include "support/scale.hpp"
#include "support/tables.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <new>
#include <span>
#include <string>
#include <vector>

#include <unitvar/error.hpp>
#include <unitvar/init.hpp>

using unitvar::DType;
using unitvar::InitKind;

namespace {

using Bytes = std::vector<unsigned char>;
using Lengths = std::vector<std::int64_t>;

struct Parameter {
    std::string name;
    unitvar::Initializer initializer;
    DType dtype;
    Lengths shape;
    Lengths strides; // empty: row-major
    Bytes bytes;

    unitvar::NamedTensor tensor() { return {name, initializer, {bytes.data(), dtype, shape, strides}}; }
};

const std::vector<DType> dtypes{DType::f32, DType::f64, DType::bf16, DType::f16};

const unsigned char blank = 0x5A;

// A deque, because tensors refer to the shapes in it.
class Model {
public:
    void add(const std::string &name, InitKind kind, DType dtype, const Lengths &shape, const Lengths &strides = {})
    {
        std::size_t bytes = element_bytes(dtype);
        for (const std::int64_t length : shape)
            bytes *= static_cast<std::size_t>(length);
        parameters_.push_back({name, unitvar::default_initializer(kind), dtype, shape, strides, Bytes(bytes, blank)});
    }

    std::deque<Parameter> &parameters() { return parameters_; }

    void clear()
    {
        for (Parameter &parameter : parameters_)
            std::fill(parameter.bytes.begin(), parameter.bytes.end(), blank);
    }

    bool untouched() const
    {
        for (const Parameter &parameter : parameters_)
            if (std::count(parameter.bytes.begin(), parameter.bytes.end(), blank) !=
                static_cast<std::ptrdiff_t>(parameter.bytes.size()))
                return false;
        return true;
    }

    std::vector<unitvar::NamedTensor> tensors()
    {
        std::vector<unitvar::NamedTensor> list;
        for (Parameter &parameter : parameters_)
            list.push_back(parameter.tensor());
        return list;
    }

    std::vector<Bytes> contents() const
    {
        std::vector<Bytes> list;
        for (const Parameter &parameter : parameters_)
            list.push_back(parameter.bytes);
        return list;
    }

private:
    std::deque<Parameter> parameters_;
};

// Many small tensors of all kinds and dtypes, and two that are so large that threads share each.
Model make_model()
{
    Model model;
    const std::size_t layers = support::quick() ? 3 : 20;
    for (std::size_t layer = 0; layer < layers; ++layer)
        for (const support::InitializerCase &c : support::kinds()) {
            const std::string name = "layer." + std::to_string(layer) + "." + c.name;
            const Lengths shape = support::accepted_shapes(c.init).back();
            model.add(name, static_cast<InitKind>(c.init.kind), dtypes[layer % dtypes.size()], shape);
        }
    model.add("transposed", InitKind::normal, DType::f32, {30, 50}, {1, 30});
    model.add("scalar", InitKind::uniform, DType::f32, {});
    model.add("empty", InitKind::normal, DType::f32, {0, 7});
    const std::int64_t side = support::slow() ? 64 : 1100;
    model.add("large.normal", InitKind::normal, DType::f32, {side, side});
    model.add("large.trunc_normal", InitKind::trunc_normal, DType::bf16, {2 * side, side});
    return model;
}

// What initialize writes after fork, one tensor after another.
std::vector<Bytes> one_by_one(const unitvar::Generator &generator, Model &model)
{
    model.clear();
    const support::ForcedThreads one(1);
    for (Parameter &parameter : model.parameters()) {
        unitvar::Generator forked = generator.fork(parameter.name);
        unitvar::initialize(&forked, parameter.initializer, parameter.tensor().tensor);
    }
    return model.contents();
}

// Refused with these words in the message, and nothing is written.
template <class Refusal>
void check_refused(const unitvar::Generator &generator, Model &model, const std::vector<unitvar::NamedTensor> &tensors,
                   const std::vector<std::string> &words)
{
    model.clear();
    bool refused = false;
    try {
        unitvar::initialize_all(generator, tensors);
    } catch (const Refusal &error) {
        refused = true;
        INFO(error.what());
        for (const std::string &word : words)
            CHECK_MESSAGE(std::string(error.what()).find(word) != std::string::npos, word);
    }
    CHECK(refused);
    CHECK(model.untouched());
}

} // namespace

TEST_CASE("initialize_all is fork and initialize, in any order and on any number of threads")
{
    Model model = make_model();
    for (const auto &engine : support::engines()) {
        const unitvar::Generator generator(static_cast<unitvar::Engine>(engine.id), 42, 7);
        const std::vector<Bytes> expected = one_by_one(generator, model);
        std::vector<unitvar::NamedTensor> tensors = model.tensors();
        for (const std::int32_t threads : {1, 2, 3, 4}) {
            const support::ForcedThreads forced(threads);
            CAPTURE(threads);
            for (int order = 0; order < 3; ++order) {
                if (order == 1)
                    std::reverse(tensors.begin(), tensors.end());
                if (order == 2)
                    std::rotate(tensors.begin(), tensors.begin() + 17, tensors.end());
                model.clear();
                unitvar::initialize_all(generator, tensors);
                const bool equal = model.contents() == expected;
                CHECK(equal);
            }
        }
        CHECK(generator.tell() == 0);
    }
}

TEST_CASE("the position of the generator does not matter and does not change")
{
    Model model;
    model.add("a", InitKind::normal, DType::f32, {300});
    model.add("b", InitKind::uniform, DType::f64, {300});
    unitvar::Generator generator(unitvar::Engine::pcg32, 42, 7);
    const std::vector<Bytes> expected = one_by_one(generator, model);
    generator.seek(generator.block_count());
    model.clear();
    unitvar::initialize_all(generator, model.tensors());
    CHECK(model.contents() == expected);
    CHECK(generator.tell() == generator.block_count());
}

TEST_CASE("tensors of equal shape and kind but different names differ")
{
    Model model;
    for (int i = 0; i < 50; ++i)
        model.add(std::to_string(i), InitKind::normal, DType::f32, {10});
    unitvar::initialize_all(unitvar::Generator(unitvar::Engine::philox4x32, 1), model.tensors());
    const std::vector<Bytes> contents = model.contents();
    for (std::size_t i = 0; i < contents.size(); ++i)
        CHECK(std::count(contents.begin(), contents.end(), contents[i]) == 1);
}

TEST_CASE("no tensors at all are a success")
{
    unitvar::initialize_all(unitvar::Generator(unitvar::Engine::pcg32, 1), {});
}

TEST_CASE("two tensors of one name are refused and nothing is written")
{
    Model model = make_model();
    const unitvar::Generator generator(unitvar::Engine::pcg32, 42);
    std::vector<unitvar::NamedTensor> tensors = model.tensors();
    for (const std::size_t other : {std::size_t{1}, tensors.size() / 2, tensors.size() - 1}) {
        std::vector<unitvar::NamedTensor> twice = tensors;
        twice[other].name = twice[0].name;
        check_refused<unitvar::InvalidArgument>(generator, model, twice, {std::string(twice[0].name)});
    }
    model.parameters()[0].name = model.parameters()[1].name = "";
    check_refused<unitvar::InvalidArgument>(generator, model, model.tensors(), {"name"});
}

TEST_CASE("one tensor that is refused stops all, by its name, wherever it stands")
{
    Model model = make_model();
    const unitvar::Generator generator(unitvar::Engine::pcg32, 42);
    const std::vector<unitvar::NamedTensor> tensors = model.tensors();
    const Lengths negative{3, -1};
    const Lengths line{6};
    for (const std::size_t at : {std::size_t{0}, tensors.size() / 2, tensors.size() - 1}) {
        const std::string name(tensors[at].name);
        const auto with = [&](auto &&spoil) {
            std::vector<unitvar::NamedTensor> spoilt = tensors;
            spoil(spoilt[at]);
            return spoilt;
        };
        using Invalid = unitvar::InvalidArgument;
        using Tensor = unitvar::NamedTensor;
        check_refused<Invalid>(generator, model, with([&](Tensor &t) {
                                   t.tensor.shape = negative;
                                   t.tensor.strides = {};
                               }),
                               {name, "-1"});
        check_refused<Invalid>(generator, model, with([&](Tensor &t) {
                                   t.initializer = unitvar::default_initializer(InitKind::normal);
                                   t.initializer.p[1] = -1.5;
                               }),
                               {name, "std", "-1.5"});
        check_refused<Invalid>(generator, model, with([&](Tensor &t) {
                                   t.tensor.shape = line;
                                   t.tensor.strides = {};
                                   t.initializer = unitvar::default_initializer(InitKind::xavier_normal);
                               }),
                               {name, "ndim", "1"});
        check_refused<Invalid>(generator, model, with([&](Tensor &t) {
                                   t.tensor.shape = line;
                                   t.tensor.strides = {};
                                   t.tensor.data = nullptr;
                                   t.initializer = unitvar::default_initializer(InitKind::zeros);
                               }),
                               {name, "data"});
        check_refused<Invalid>(generator, model,
                               with([&](Tensor &t) { t.initializer.kind = static_cast<InitKind>(4711); }),
                               {name, "4711"});
    }
}

TEST_CASE("tensors that share memory are refused by their names and nothing is written, those side by side are not")
{
    const unitvar::Generator generator(unitvar::Engine::pcg32, 42);
    const Lengths matrix{6, 10};
    const Lengths row_major{10, 1};
    const Lengths block{6, 4};
    const Lengths downwards{-10, 1};
    const Lengths row{10};
    const Lengths one{1};
    const Lengths none;
    struct Case {
        const Lengths &shape;
        const Lengths &strides;
        std::ptrdiff_t begin; // bytes behind the 6 x 10 elements of f32
        bool shares;
    };
    // The other tensor is columns 3 to 6 of every row.
    const std::vector<Case> cases{
        {matrix, none, 0, true},
        {block, row_major, 0, true},
        {block, row_major, 28, false},
        {block, row_major, 4, true},
        {block, row_major, 25, true},
        {block, row_major, -4, false},
        {block, row_major, -3, true},
        {block, downwards, 5 * 40, true},
        {block, downwards, 5 * 40 + 28, false},
        {row, row, 12, true},
        {row, row, 52, true},
        {row, row, 28, false},
        {one, none, 3 * 4, true},
        {one, none, 2 * 4, false},
        {one, none, 5 * 40 + 6 * 4 + 3, true},
        {one, none, 5 * 40 + 7 * 4, false},
        {row, none, 5 * 40 + 7 * 4, false},
        {matrix, none, -240 + 12, false},
        {matrix, none, -240 + 13, true},
    };
    for (const auto &[shape, strides, begin, shares] : cases) {
        const std::size_t dimensions = shape.size();
        const std::ptrdiff_t first = begin; // clang 14 cannot capture structured bindings
        CAPTURE(dimensions);
        CAPTURE(first);
        Bytes memory(3 * 240 + 64, blank);
        unsigned char *const at = memory.data() + 240;
        const std::vector<unitvar::NamedTensor> tensors{
            {"columns", unitvar::default_initializer(InitKind::zeros), {at + 12, DType::f32, block, row_major}},
            {"apart", unitvar::default_initializer(InitKind::zeros), {memory.data() + 3 * 240, DType::f32, one, {}}},
            {"other", unitvar::default_initializer(InitKind::ones), {at + begin, DType::f32, shape, strides}},
        };
        bool refused = false;
        try {
            unitvar::initialize_all(generator, tensors);
        } catch (const unitvar::InvalidArgument &error) {
            refused = true;
            for (const char *const word : {"\"columns\"", "\"other\"", "memory"})
                CHECK_MESSAGE(std::string(error.what()).find(word) != std::string::npos, word);
        }
        CHECK(refused == shares);
        CHECK((std::count(memory.begin(), memory.end(), blank) == static_cast<std::ptrdiff_t>(memory.size())) ==
              shares);
    }
}

TEST_CASE("an engine that cannot be forked is refused and nothing is written")
{
    Model model = make_model();
    const unitvar::Generator torch(static_cast<unitvar::Engine>(UNITVAR_TORCH_MT19937), 42);
    check_refused<unitvar::Unsupported>(torch, model, model.tensors(), {"engine", "3"});
}

#if !defined(UNITVAR_SANITIZED) // which ends the program where operator new should throw
TEST_CASE("a matrix beyond memory is reported, whichever thread meets it")
{
    Model model;
    model.add("small", InitKind::normal, DType::f32, {30});
    std::vector<unitvar::NamedTensor> tensors = model.tensors();
    const Lengths huge{std::int64_t{1} << 30, std::int64_t{1} << 30};
    unsigned char byte = blank;
    tensors.push_back({"huge", unitvar::default_initializer(InitKind::orthogonal), {&byte, DType::f32, huge, {}}});
    const unitvar::Generator generator(unitvar::Engine::pcg32, 42);
    for (const std::int32_t threads : {1, 4}) {
        const support::ForcedThreads forced(threads);
        CHECK_THROWS_AS(unitvar::initialize_all(generator, tensors), std::bad_alloc);
        CHECK(byte == blank);
    }
}
#endif
