// Buffers that notice a byte written outside of them. GuardedBuffer puts patterned canaries on both sides of a
// payload at any byte offset from a 64-byte boundary; PageEdgeBuffer puts inaccessible pages there, so that even a
// read outside stops the program. The payload starts as the same pattern, which shows whether it was written at all.
#ifndef UNITVAR_TESTS_SUPPORT_BUFFERS_HPP
#define UNITVAR_TESTS_SUPPORT_BUFFERS_HPP

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <vector>

namespace support {

// Offsets from a 64-byte boundary: aligned to nothing, to 4, to 8, to 16, and just before a cache line ends.
inline constexpr std::array<std::size_t, 11> byte_offsets{0, 1, 2, 3, 4, 7, 8, 12, 16, 36, 63};

inline unsigned char pattern(std::size_t position)
{
    return static_cast<unsigned char>(0xA5u ^ (position * 37u));
}

class GuardedBuffer {
public:
    explicit GuardedBuffer(std::size_t bytes, std::size_t offset = 0)
        : bytes_(bytes), start_(guard_ + offset), storage_(start_ + bytes + guard_ + alignment_)
    {
        const auto address = reinterpret_cast<std::uintptr_t>(storage_.data());
        base_ = storage_.data() + (alignment_ - address % alignment_) % alignment_;
        for (std::size_t i = 0; i < start_ + bytes_ + guard_; ++i)
            base_[i] = pattern(i);
    }
    GuardedBuffer(const GuardedBuffer &) = delete;
    GuardedBuffer &operator=(const GuardedBuffer &) = delete;

    unsigned char *data() { return base_ + start_; }
    const unsigned char *data() const { return base_ + start_; }
    std::size_t size() const { return bytes_; }
    std::span<const unsigned char> bytes() const { return {data(), bytes_}; }

    // For the library only: the tests read through values(), because the address may be misaligned for T.
    template <class T> T *as() { return reinterpret_cast<T *>(data()); }

    template <class T> std::vector<T> values() const
    {
        std::vector<T> result(bytes_ / sizeof(T));
        if (!result.empty())
            std::memcpy(result.data(), data(), result.size() * sizeof(T));
        return result;
    }

    bool canaries_intact() const { return patterned(0, start_) && patterned(start_ + bytes_, guard_); }
    bool payload_byte_untouched(std::size_t i) const { return base_[start_ + i] == pattern(start_ + i); }
    bool untouched() const { return patterned(0, start_ + bytes_ + guard_); }

private:
    bool patterned(std::size_t from, std::size_t count) const
    {
        for (std::size_t i = from; i < from + count; ++i)
            if (base_[i] != pattern(i))
                return false;
        return true;
    }

    static constexpr std::size_t alignment_ = 64;
    static constexpr std::size_t guard_ = 512; // two blocks of 64 words
    std::size_t bytes_;
    std::size_t start_;
    std::vector<unsigned char> storage_;
    unsigned char *base_ = nullptr;
};

class PageEdgeBuffer {
public:
    enum class Edge { before, after }; // the side on which the inaccessible page touches the payload

    PageEdgeBuffer(std::size_t bytes, Edge edge) : bytes_(bytes)
    {
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        const std::size_t inner = (bytes / page + 1) * page;
        mapped_ = inner + 2 * page;
        void *const address = mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (address == MAP_FAILED)
            throw std::bad_alloc();
        map_ = static_cast<unsigned char *>(address);
        if (mprotect(map_ + page, inner, PROT_READ | PROT_WRITE) != 0) {
            munmap(map_, mapped_);
            throw std::bad_alloc();
        }
        data_ = edge == Edge::before ? map_ + page : map_ + page + inner - bytes;
    }
    PageEdgeBuffer(const PageEdgeBuffer &) = delete;
    PageEdgeBuffer &operator=(const PageEdgeBuffer &) = delete;
    ~PageEdgeBuffer() { munmap(map_, mapped_); }

    unsigned char *data() { return data_; }
    std::size_t size() const { return bytes_; }
    template <class T> T *as() { return reinterpret_cast<T *>(data_); }

private:
    std::size_t bytes_;
    std::size_t mapped_ = 0;
    unsigned char *map_ = nullptr;
    unsigned char *data_ = nullptr;
};

} // namespace support

#endif
