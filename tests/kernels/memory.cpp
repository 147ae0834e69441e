#include "memory.hpp"

#include "random.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

namespace checkkernels {
namespace {

// Inaccessible on either side: a kernel that goes astray by less than this is stopped.
constexpr std::size_t moat_pages = 4;

std::size_t page_bytes()
{
    static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return bytes;
}

using Pattern = std::array<unsigned char, guard_bytes>;

const Pattern &pattern()
{
    static const Pattern bytes = [] {
        Pattern result{};
        Random random(0);
        for (unsigned char &byte : result)
            byte = static_cast<unsigned char>(random.next());
        return result;
    }();
    return bytes;
}

std::ptrdiff_t first_difference(const unsigned char *bytes, std::size_t count)
{
    return std::mismatch(bytes, bytes + count, pattern().begin()).first - bytes;
}

} // namespace

Region::~Region()
{
    if (map_ != nullptr)
        munmap(map_, mapped_);
}

void Region::reserve(std::size_t bytes)
{
    if (static_cast<std::size_t>(end_ - begin_) >= bytes)
        return;
    const std::size_t page = page_bytes();
    const std::size_t inner = (bytes + page - 1) / page * page;
    const std::size_t total = inner + 2 * moat_pages * page;
    void *const address = mmap(nullptr, total, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED)
        throw std::bad_alloc();
    if (map_ != nullptr)
        munmap(map_, mapped_);
    map_ = static_cast<unsigned char *>(address);
    mapped_ = total;
    begin_ = map_ + moat_pages * page;
    end_ = begin_ + inner;
    if (mprotect(begin_, inner, PROT_READ | PROT_WRITE) != 0)
        throw std::bad_alloc();
}

unsigned char *Region::place(std::size_t bytes, std::size_t alignment, const Placement &placement)
{
    constexpr std::size_t line = 64;
    reserve(bytes + 2 * (guard_bytes + line));
    switch (placement.kind) {
    case Placement::Kind::offset:
        array_ = begin_ + guard_bytes + placement.offset / alignment * alignment;
        break;
    case Placement::Kind::before_page:
        array_ = end_ - bytes;
        array_ -= reinterpret_cast<std::uintptr_t>(array_) % alignment;
        break;
    case Placement::Kind::after_page:
        array_ = begin_;
        break;
    }
    bytes_ = bytes;
    const std::size_t before = std::min<std::size_t>(guard_bytes, static_cast<std::size_t>(array_ - begin_));
    const std::size_t after = std::min<std::size_t>(guard_bytes, static_cast<std::size_t>(end_ - array_) - bytes);
    std::memcpy(array_ - before, pattern().data(), before);
    std::memcpy(array_ + bytes, pattern().data(), after);
    return array_;
}

std::ptrdiff_t Region::changed_guard() const
{
    const std::size_t before = std::min<std::size_t>(guard_bytes, static_cast<std::size_t>(array_ - begin_));
    const std::size_t after = std::min<std::size_t>(guard_bytes, static_cast<std::size_t>(end_ - array_) - bytes_);
    const std::ptrdiff_t first = first_difference(array_ - before, before);
    if (first != static_cast<std::ptrdiff_t>(before))
        return first - static_cast<std::ptrdiff_t>(before);
    const std::ptrdiff_t next = first_difference(array_ + bytes_, after);
    return next != static_cast<std::ptrdiff_t>(after) ? next + 1 : 0;
}

bool Region::owns(const void *address) const
{
    const auto *const byte = static_cast<const unsigned char *>(address);
    return byte >= map_ && byte < map_ + mapped_;
}

} // namespace checkkernels
