// unitvar_repeated_fills ROUNDS: every draw of every engine that has it, ROUNDS times, below the size from which threads
// share the work. Nothing else: what valgrind counts for more rounds beyond what it counts for fewer, the fills allocate.
// Sizes are one element, those of a layer's bias and of a small weight.
#include <unitvar.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>

namespace {

constexpr std::size_t most = 8192;
alignas(64) unsigned char target[2 * most * sizeof(double)];
int fills = 0;

void require(bool done)
{
    if (!done) {
        std::fprintf(stderr, "FAIL: %s\n", unitvar_last_error());
        std::exit(1);
    }
}

void draws(std::size_t engine, unitvar_generator *g)
{
    constexpr unitvar_dtype dtypes[] = {{2, 32, 1}, {2, 64, 1}, {4, 16, 1}, {2, 16, 1}, {0, 32, 1},
                                        {0, 64, 1}, {1, 8, 1},  {1, 32, 1}, {1, 64, 1}};
    // What an engine does not have it explains, and that allocates: it is asked once, with the first round.
    static bool known[5][UNITVAR_DRAW_BERNOULLI_BITS + 1][9];
    static bool asked[5];
    for (std::int32_t kind = UNITVAR_DRAW_BITS; kind <= UNITVAR_DRAW_BERNOULLI_BITS; ++kind)
        for (std::size_t d = 0; d < 9; ++d) {
            unitvar_draw draw{};
            draw.struct_size = sizeof(draw);
            require(unitvar_draw_defaults(&draw, kind) == UNITVAR_OK);
            draw.dtype = dtypes[d];
            if (!asked[engine])
                known[engine][kind][d] = unitvar_sample(g, &draw, target, 1) == UNITVAR_OK;
            // PyTorch's rejection takes working memory, as unitvar.h says.
            if (!known[engine][kind][d] || (engine == UNITVAR_TORCH_MT19937 && kind == UNITVAR_DRAW_TRUNC_NORMAL))
                continue;
            for (const std::size_t n : {std::size_t{1}, std::size_t{100}, most}) {
                require(unitvar_sample(g, &draw, target, n) == UNITVAR_OK);
                ++fills;
            }
        }
    asked[engine] = true;
}

} // namespace

int main(int argc, char **argv)
{
    const int rounds = argc > 1 ? std::atoi(argv[1]) : 1;
    constexpr std::int32_t engines[] = {UNITVAR_PCG32, UNITVAR_PHILOX4X32, UNITVAR_TORCH_MT19937, UNITVAR_ARS4X32};
    unitvar_generator *g[4] = {};
    for (std::size_t i = 0; i < 4; ++i)
        require(unitvar_generator_create(engines[i], 5, 0, &g[i]) == UNITVAR_OK);
    for (int round = 0; round < rounds; ++round)
        for (std::size_t i = 0; i < 4; ++i)
            draws(static_cast<std::size_t>(engines[i]), g[i]);
    for (unitvar_generator *const one : g)
        unitvar_generator_destroy(one);
    std::printf("%d fills\n", fills);
}
