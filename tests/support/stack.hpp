// How much stack a call takes: it runs on a thread whose stack was filled with a pattern before.
#ifndef UNITVAR_TESTS_SUPPORT_STACK_HPP
#define UNITVAR_TESTS_SUPPORT_STACK_HPP

#include <pthread.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>

namespace support {

// In bytes, with what the C library keeps there for a thread.
inline std::size_t stack_used(const std::function<void()> &call)
{
    constexpr std::size_t size = std::size_t{1} << 20;
    constexpr std::size_t alignment = 4096;
    constexpr unsigned char pattern = 0xA7;
    struct Free {
        void operator()(unsigned char *memory) const { std::free(memory); }
    };
    const std::unique_ptr<unsigned char, Free> stack(static_cast<unsigned char *>(std::aligned_alloc(alignment, size)));
    std::memset(stack.get(), pattern, size);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack.get(), size);
    pthread_t thread{};
    const int error = pthread_create(
        &thread, &attributes,
        [](void *work) -> void * {
            (*static_cast<const std::function<void()> *>(work))();
            return nullptr;
        },
        const_cast<std::function<void()> *>(&call));
    pthread_attr_destroy(&attributes);
    if (error != 0)
        return size;
    pthread_join(thread, nullptr);
    std::size_t untouched = 0;
    while (untouched < size && stack.get()[untouched] == pattern)
        ++untouched;
    return size - untouched;
}

} // namespace support

#endif
