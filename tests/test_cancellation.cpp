// Keeps that pthread_cancel never ends a thread within a call: a cancellation that is pending when a call begins, which
// any cancellation point would act on, waits until the call has returned, with its result complete.
#include "support/capi.hpp"
#include "support/tables.hpp"
#include "support/tensors.hpp"

#include <pthread.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

using support::Generator;
using support::Lengths;
using support::Tensor;

namespace {

struct Cancelled {
    std::function<std::int32_t()> call;
    std::int32_t status = -1; // of the call, where it came back
};

// Uninstrumented: cancellation unwinds this frame without AddressSanitizer's knowledge, which would leave the redzones of
// its variables on the stack for whatever runs there next.
[[gnu::no_sanitize_address]] void *run(void *argument)
{
    auto &cancelled = *static_cast<Cancelled *>(argument);
    int before = 0;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    pthread_cancel(pthread_self());
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before);
    cancelled.status = cancelled.call();
    pthread_testcancel();
    return nullptr;
}

void check_comes_back(const std::function<std::int32_t()> &call, std::int32_t expected)
{
    Cancelled cancelled{call};
    pthread_t thread{};
    REQUIRE(pthread_create(&thread, nullptr, run, &cancelled) == 0);
    void *result = nullptr;
    REQUIRE(pthread_join(thread, &result) == 0);
    CHECK(cancelled.status == expected);
    CHECK(result == PTHREAD_CANCELED);
}

} // namespace

TEST_CASE("a call of a thread that was cancelled comes back, on any number of threads")
{
    for (const std::int32_t threads : {1, 2, 4}) {
        const support::ForcedThreads forced(threads);
        CAPTURE(threads);
        const std::size_t n = std::size_t{1} << 22U;
        std::vector<float> expected(n);
        std::vector<float> values(n);
        support::require_ok(unitvar_normal_f32(Generator(UNITVAR_PCG32, 3), expected.data(), n, 0, 1));
        const Generator g(UNITVAR_PCG32, 3);
        check_comes_back([&] { return unitvar_normal_f32(g, values.data(), n, 0, 1); }, UNITVAR_OK);
        const bool equal = values == expected;
        CHECK(equal);

        Tensor matrix(support::f32_dtype, {300, 300});
        check_comes_back([&] { return unitvar_init_orthogonal(g, matrix.view(), 1); }, UNITVAR_OK);
        std::vector<std::int64_t> order(100000);
        check_comes_back([&] { return unitvar_permutation_i64(g, order.data(), order.size()); }, UNITVAR_OK);
        Tensor image(support::f32_dtype, {8, 16, 32, 32});
        check_comes_back(
            [&] { return unitvar_group_norm(image.view(), 4, nullptr, nullptr, 1e-5, image.view(), nullptr, nullptr); },
            UNITVAR_OK);
    }
}

TEST_CASE("a call that fails comes back too, and so do those that create")
{
    unitvar_generator *g = nullptr;
    check_comes_back([&] { return unitvar_generator_create(UNITVAR_TORCH_MT19937, 3, 0, &g); }, UNITVAR_OK);
    unitvar_generator_destroy(g);
    check_comes_back([&] { return unitvar_generator_create(4711, 3, 0, &g); }, UNITVAR_INVALID_ARGUMENT);
    check_comes_back([&] { return unitvar_set_num_threads(unitvar_num_threads()); }, UNITVAR_OK);
}
