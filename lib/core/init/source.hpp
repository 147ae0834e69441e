// What an initialiser is to the code that writes tensors: a sequence of elements, addressed by their row-major index in
// the whole tensor. Strides, shards and threads are the writer's business (region.hpp), so no initialiser knows of
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/kernel_table.hpp"
#include "unitvar/init.hpp"

namespace unitvar::core {

class ElementSource {
public:
    // Constructors check all arguments and the rest of the stream, and are cheap.
    ElementSource() = default;
    ElementSource(const ElementSource &) = delete;
    ElementSource &operator=(const ElementSource &) = delete;
    virtual ~ElementSource() = default;

    // Writes a whole tensor and moves the generator on, where elements come only one after the other (engine 3) and in
    // an order of their own. False where write() is what to use. May throw before anything is written.
    virtual bool write_whole(const TensorView & /*tensor*/) { return false; }

    // Allocates and computes what write() needs besides the words of its own elements. May throw; nothing is written
    // before.
    virtual void prepare() {}

    // Elements first to first + count - 1. From several threads at once.
    virtual void write(void *target, std::uint64_t first, std::size_t count, StoreMode mode) const noexcept = 0;

    // Moves the generator on, as after the whole tensor.
    virtual void advance() noexcept {}
};

using SourcePointer = std::unique_ptr<ElementSource>;

// What a source is made from.
struct InitRequest {
    const Initializer &initializer;
    DType dtype;
    std::span<const std::int64_t> shape; // of the whole tensor: lengths >= 0
    std::uint64_t elements;              // their product
    Generator *generator;                // null only for kinds that do not draw
    // The slice that will be asked for; both empty for the whole.
    std::span<const std::int64_t> slice_offset;
    std::span<const std::int64_t> slice_shape;
};

} // namespace unitvar::core
