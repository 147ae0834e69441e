// Memory to measure in: on a page boundary, as large allocations of tensor libraries are, and touched, so that no page
// fault is measured.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

namespace unitvar::bench {

inline constexpr std::align_val_t page{4096};

struct FreePages {
    void operator()(unsigned char *p) const { ::operator delete[](p, page); }
};
using Pages = std::unique_ptr<unsigned char[], FreePages>;

inline Pages touched_pages(std::size_t bytes)
{
    Pages pages(static_cast<unsigned char *>(::operator new[](bytes, page)));
    std::memset(pages.get(), 1, bytes);
    return pages;
}

} // namespace unitvar::bench
