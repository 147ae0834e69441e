// Memory that notices: pages between two inaccessible ones, and a pattern around every array in them.
#ifndef UNITVAR_TESTS_KERNELS_MEMORY_HPP
#define UNITVAR_TESTS_KERNELS_MEMORY_HPP

#include <cstddef>
#include <cstdint>

namespace checkkernels {

// Bytes on either side of an array that are looked at, where the inaccessible page leaves them.
inline constexpr std::size_t guard_bytes = 512;

// Where an array lies. before_page: its last byte, or what its alignment allows, is followed by an inaccessible page;
// after_page: its first byte follows one.
struct Placement {
    enum class Kind { offset, before_page, after_page };
    Kind kind = Kind::offset;
    std::size_t offset = 0; // from a 64-byte boundary
};

class Region {
public:
    Region() = default;
    Region(const Region &) = delete;
    Region &operator=(const Region &) = delete;
    ~Region();

    // Room for an array of so many bytes at the placement, at an address that is a multiple of the alignment; writes the
    // pattern around it.
    unsigned char *place(std::size_t bytes, std::size_t alignment, const Placement &placement);
    // Of what was placed last: the distance of a byte outside of it that has changed, negative before its start, or 0.
    [[nodiscard]] std::ptrdiff_t changed_guard() const;
    // Whether an address is in the pages or next to them.
    [[nodiscard]] bool owns(const void *address) const;

private:
    void reserve(std::size_t bytes);

    unsigned char *map_ = nullptr;
    std::size_t mapped_ = 0;
    unsigned char *begin_ = nullptr; // of the accessible pages
    unsigned char *end_ = nullptr;
    unsigned char *array_ = nullptr;
    std::size_t bytes_ = 0;
};

} // namespace checkkernels

#endif
