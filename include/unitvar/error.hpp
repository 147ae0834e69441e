// What the C++ API throws. Every exception of Unitvar derives from Error, carries the status of the C API and a
// message that names the argument, its value and what was expected. std::bad_alloc passes through as it is.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace unitvar {

enum class Status : std::int32_t {
    ok = 0,
    invalid_argument = 10,
    unsupported = 20,
    out_of_memory = 30,
    corrupt_state = 40,
    stream_exhausted = 50,
    internal = 90,
};

class Error : public std::runtime_error {
public:
    Error(Status status, const std::string &message) : std::runtime_error(message), status_(status) {}
    [[nodiscard]] Status status() const noexcept { return status_; }

private:
    Status status_;
};

// An argument is out of its documented range.
class InvalidArgument : public Error {
public:
    explicit InvalidArgument(const std::string &message) : Error(Status::invalid_argument, message) {}
};

// Well-formed, but not available in this build or on this machine.
class Unsupported : public Error {
public:
    explicit Unsupported(const std::string &message) : Error(Status::unsupported, message) {}
};

// Saved bytes that Generator::load cannot accept.
class CorruptState : public Error {
public:
    explicit CorruptState(const std::string &message) : Error(Status::corrupt_state, message) {}
};

// Fewer blocks are left in the stream than the call needs.
class StreamExhausted : public Error {
public:
    explicit StreamExhausted(const std::string &message) : Error(Status::stream_exhausted, message) {}
};

} // namespace unitvar
