// What a call of an initialiser is made of: a plan that has checked everything, takes all the memory that it needs, and
// then writes without a chance to fail, so that a call that fails leaves its tensors and its generator as they were.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "core/init/dimensions.hpp"
#include "core/init/region.hpp"
#include "core/kernel_table.hpp"
#include "core/layout.hpp"
#include "core/tensor.hpp"
#include "unitvar/init.hpp"

namespace unitvar::core {

// What a plan is made from.
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

// Where a plan writes.
struct Output {
    const Tensor &tensor;
    const Layout &layout; // of it, in row-major order
    Region region;        // what it is of the whole
    bool whole;           // all of it
};

class InitPlan {
public:
    // Constructors check all arguments and the rest of the stream, and are cheap.
    InitPlan() = default;
    InitPlan(const InitPlan &) = delete;
    InitPlan &operator=(const InitPlan &) = delete;
    virtual ~InitPlan() = default;

    // Allocates all that run() needs. May throw.
    virtual void reserve(const Output & /*output*/) {}

    // Writes the output, which may have no elements where the whole has, and moves the generator on as after the whole.
    // Once, with the output of reserve().
    virtual void run(const Output &output) noexcept = 0;
};

// A plan whose elements are addressed by their row-major index in the whole tensor. Strides, shards and threads are the
// writer's business (region.hpp), so no initialiser knows of them.
class AddressedPlan : public InitPlan, public ElementSource {
public:
    void reserve(const Output &output) final
    {
        if (output.layout.elements() != 0) {
            allocate();
        }
    }
    void run(const Output &output) noexcept final
    {
        if (output.layout.elements() != 0) {
            compute();
            write_region(*this, output.layout, output.region);
        }
        advance();
    }

private:
    // What write() needs besides the words of its own elements: memory, and what is computed into it.
    virtual void allocate() {}
    virtual void compute() noexcept {}
    virtual void advance() noexcept {}
};

// Room for one plan, in place: small calls allocate nothing.
class PlanSlot {
public:
    PlanSlot() = default;
    PlanSlot(const PlanSlot &) = delete;
    PlanSlot &operator=(const PlanSlot &) = delete;
    ~PlanSlot() { clear(); }

    // Of an empty slot.
    template <class Plan, class... Arguments> void emplace(Arguments &&...arguments)
    {
        static_assert(sizeof(Plan) <= sizeof(room_) && alignof(Plan) <= alignof(std::max_align_t));
        plan_ = ::new (static_cast<void *>(room_)) Plan(std::forward<Arguments>(arguments)...);
    }
    void clear() noexcept
    {
        if (plan_ != nullptr) {
            plan_->~InitPlan();
            plan_ = nullptr;
        }
    }
    [[nodiscard]] InitPlan *operator->() const noexcept { return plan_; }

private:
    InitPlan *plan_ = nullptr;
    alignas(std::max_align_t) unsigned char room_[640];
};

// A tensor with its dimensions in the order in which a kind takes them; its own where that has none.
class OrderedView {
public:
    // name is the argument's. Throws what Tensor throws, of the view as it is.
    OrderedView(const char *name, const TensorView &view, const Initializer &initializer);
    OrderedView(const OrderedView &) = delete;
    OrderedView &operator=(const OrderedView &) = delete;

    [[nodiscard]] const TensorView &view() const noexcept { return view_; }
    // Lengths or indices of its dimensions, in their order; valid as long as what they are given to.
    [[nodiscard]] std::span<const std::int64_t> ordered(std::span<const std::int64_t> values,
                                                        std::unique_ptr<Reordered> &room) const;

private:
    std::unique_ptr<DimensionOrder> order_;
    std::unique_ptr<Reordered> shape_;
    std::unique_ptr<Reordered> strides_;
    TensorView view_;
};

// The call for a whole tensor: the tensor, where its elements lie, and the plan of what goes there.
class InitCall {
public:
    // name is the argument's. Throws what Tensor throws. The plan is still to be made.
    InitCall(const char *name, const TensorView &view, const Initializer &initializer = {})
        : view_(name, view, initializer), tensor_(name, view_.view(), Access::write),
          layout_(tensor_), output_{tensor_, layout_, Region(tensor_.elements()), true}
    {
    }
    InitCall(const InitCall &) = delete;
    InitCall &operator=(const InitCall &) = delete;

    [[nodiscard]] const Tensor &tensor() const noexcept { return tensor_; }
    [[nodiscard]] PlanSlot &plan() noexcept { return plan_; }
    [[nodiscard]] InitRequest request(Generator *generator, const Initializer &initializer) const noexcept
    {
        return {initializer, tensor_.dtype(), tensor_.shape(), tensor_.elements(), generator, {}, {}};
    }

    // As those of the plan; tensors without elements are left alone, and so is the generator.
    void reserve()
    {
        if (tensor_.elements() != 0) {
            plan_->reserve(output_);
        }
    }
    void run() noexcept
    {
        if (tensor_.elements() != 0) {
            plan_->run(output_);
        }
    }

private:
    OrderedView view_;
    Tensor tensor_;
    Layout layout_;
    Output output_;
    PlanSlot plan_;
};

} // namespace unitvar::core
