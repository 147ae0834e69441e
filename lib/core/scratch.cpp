// Working memory.
#include "core/scratch.hpp"

#include <new>

namespace unitvar::core {

void Scratch::Release::operator()(std::byte *memory) const noexcept
{
    ::operator delete (memory, std::align_val_t{alignment});
}

std::size_t Scratch::reserve(std::size_t count, std::size_t element_bytes)
{
    const std::size_t offset = bytes_;
    std::size_t size = 0;
    if (__builtin_mul_overflow(count, element_bytes, &size) || __builtin_add_overflow(size, alignment - 1, &size) ||
        __builtin_add_overflow(offset, size / alignment * alignment, &bytes_)) {
        throw std::bad_alloc();
    }
    return offset;
}

void Scratch::allocate()
{
    if (bytes_ > inline_bytes) {
        heap_.reset(static_cast<std::byte *>(::operator new (bytes_, std::align_val_t{alignment})));
        memory_ = heap_.get();
    }
}

} // namespace unitvar::core
