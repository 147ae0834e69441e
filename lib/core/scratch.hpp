// Working memory of one call. A plan asks for its buffers, then allocates once for all of them, and only then may
// anything be written: what follows cannot fail. Plans that need little allocate nothing, since a Scratch, which lives
// on the stack of the call, has room for that itself.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

namespace unitvar::core {

class Scratch {
public:
    static constexpr std::size_t alignment = 64;
    static constexpr std::size_t inline_bytes = std::size_t{16} << 10U; // of a stack that may have 64 KiB

    // count uninitialised elements, once they are allocated.
    template <class T> class Buffer {
    public:
        [[nodiscard]] std::size_t size() const noexcept { return count_; }

    private:
        friend class Scratch;
        std::size_t offset_ = 0;
        std::size_t count_ = 0;
    };

    Scratch() noexcept {} // NOLINT(modernize-use-equals-default): which would clear inline_
    Scratch(const Scratch &) = delete;
    Scratch &operator=(const Scratch &) = delete;
    ~Scratch() = default;

    // Before allocate(). Throws std::bad_alloc where the buffers together exceed the address space.
    template <class T> [[nodiscard]] Buffer<T> add(std::size_t count)
    {
        static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
        static_assert(alignof(T) <= alignment);
        Buffer<T> buffer;
        buffer.offset_ = reserve(count, sizeof(T));
        buffer.count_ = count;
        return buffer;
    }
    // Throws std::bad_alloc.
    void allocate();

    // The first element of a buffer, aligned to 64 bytes.
    template <class T> [[nodiscard]] T *data(const Buffer<T> &buffer) const noexcept
    {
        return reinterpret_cast<T *>(memory_ + buffer.offset_);
    }

private:
    struct Release {
        void operator()(std::byte *memory) const noexcept;
    };

    [[nodiscard]] std::size_t reserve(std::size_t count, std::size_t element_bytes);

    std::size_t bytes_ = 0;
    std::byte *memory_ = inline_;
    std::unique_ptr<std::byte, Release> heap_;
    alignas(alignment) std::byte inline_[inline_bytes];
};

} // namespace unitvar::core
