// What pthread_create.hpp describes.
#include "core/pthread_create.hpp"

#include <pthread.h>

#include <cerrno>

namespace support {

std::atomic<int> threads_to_be_had{-1};
std::atomic<int> threads_asked_for{0};

} // namespace support

extern "C" {

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument)
{
    ++support::threads_asked_for;
    if (support::threads_to_be_had == 0)
        return EAGAIN;
    if (support::threads_to_be_had > 0)
        --support::threads_to_be_had;
    return __real_pthread_create(thread, attributes, body, argument);
}

} // extern "C"
