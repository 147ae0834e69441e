// Keeps pthread_cancel from ending this thread within a scope. The functions that open files or wait are cancellation
// points, and an exception of pthread_cancel cannot pass through what is noexcept.
#pragma once

#include <pthread.h>

namespace unitvar::core {

class NotCancelled {
public:
    NotCancelled() noexcept { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
    ~NotCancelled() { pthread_setcancelstate(before_, nullptr); }
    NotCancelled(const NotCancelled &) = delete;
    NotCancelled &operator=(const NotCancelled &) = delete;

private:
    int before_ = PTHREAD_CANCEL_ENABLE;
};

} // namespace unitvar::core
