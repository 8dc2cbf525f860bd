// The exceptions of roost. Everything that a user may read is one sentence in what().
#pragma once

#include <stdexcept>
#include <string>

namespace [[gnu::visibility("default")]] roost {

/// A failure that ends the run (exit code 1). what() says what happened and where; hint() what to
/// do next, and may be empty. Neither may hold a secret.
class Error : public std::runtime_error {
public:
    explicit Error(const std::string& message, std::string hint = {})
        : std::runtime_error(message), hint_(std::move(hint)) {}
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

private:
    std::string hint_;
};

/// Thrown by Sink::commit() where it cannot tell whether the commit took effect (the connection broke while
/// the database was committing). The run's journal stays, and recovery asks again.
class OutcomeUnknown : public Error {
public:
    using Error::Error;
};

/// Thrown out of a call that noticed the stop token; the run reports an interruption, not a failure.
class Interrupted : public std::runtime_error {
public:
    Interrupted() : std::runtime_error("interrupted") {}
};

/// "open /data/x.db: No such file or directory": an Error from errno, with what was tried.
[[nodiscard]] Error systemError(const std::string& action, int errorNumber);

}  // namespace roost
