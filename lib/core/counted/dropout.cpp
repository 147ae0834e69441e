// Dropout: the words of a fill decide element by element, so no mask is stored; the same position gives the same words.
#include "unitvar/dropout.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "core/counted/fill.hpp"
#include "core/distributions.hpp"
#include "core/engine.hpp"
#include "core/floating_point.hpp"
#include "core/message.hpp"
#include "core/norm/arguments.hpp"
#include "core/norm/staging.hpp"
#include "core/parallel.hpp"
#include "core/sharing.hpp"
#include "core/tensor.hpp"

namespace unitvar {
namespace {

// Words that the first cache level holds beside the elements, and enough of them to repay the start of an engine.
constexpr std::size_t piece = 2048;

} // namespace

void dropout(Generator &generator, const TensorView &x_view, double p, const TensorView &y_view)
{
    const core::DefaultFloatingPoint environment;
    const core::Tensor x("x", x_view, core::Access::read);
    const core::Tensor y("y", y_view, core::Access::write);
    core::require_counted(generator, "dropout");
    if (!(p >= 0 && p <= 1)) {
        core::invalid_value("p", p, "a probability, 0 to 1");
    }
    // The mask is that of Bernoulli draws.
    const std::uint64_t kept = core::successes_below(1 - p);
    core::require_kind({&x, &y});
    core::require_like(y, x);
    core::require_own_memory({&x, &y}, y, {&x});
    const core::Fill words(generator, core::DrawIndex::bits_u32, {}, x.elements());
    if (x.elements() == 0) {
        return;
    }
    const core::DropoutKernel kernel = core::norm_kernels(x.dtype()).dropout;
    // Words go with elements in row-major order, whatever the layouts.
    core::Operands operands;
    const core::Tensor &source = operands.input(x);
    const core::Tensor &target = operands.output(y, core::MemoryFormat::row_major, &source);
    const std::size_t elements = x.elements();
    const std::size_t bytes = x.element_bytes();
    core::parallel_for((elements - 1) / piece + 1, core::grain_of(piece), [&](std::size_t begin, std::size_t end) {
        std::array<std::uint32_t, piece> word;
        for (std::size_t first = begin * piece; first < std::min(elements, end * piece); first += piece) {
            const std::size_t n = std::min(piece, elements - first);
            unsigned char *const to = target.data() + first * bytes;
            if (kept == 0) {
                std::memset(to, 0, n * bytes);
                continue;
            }
            words.write(word.data(), first, n, core::StoreMode::cached);
            kernel(source.data() + first * bytes, word.data(), to, n, static_cast<std::uint32_t>(kept - 1),
                   1 / (1 - p));
        }
    });
    operands.write_back();
    words.advance(generator);
}

} // namespace unitvar
