// What a server's refusals mean, in a user's words.
#pragma once

#include <string>

#include "lib/s3/connection.hpp"
#include "lib/s3/request.hpp"
#include "lib/s3/server_settings.hpp"
#include "roost/error.hpp"

namespace roost::s3 {

/// A server's refusal: its status and code stay to be looked at.
class ServerRefusal : public Error {
public:
    ServerRefusal(const std::string& message, std::string hint, long status, std::string code)
        : Error(message, std::move(hint)), status_(status), code_(std::move(code)) {}
    [[nodiscard]] long status() const noexcept { return status_; }
    [[nodiscard]] const std::string& code() const noexcept { return code_; }

private:
    long status_;
    std::string code_;
};

/// An upload of which a server has lost the parts: it is neither there nor can it be completed.
class UploadLost : public Error {
public:
    using Error::Error;
};

/// No answer came, though it was asked for again and again: whether the server did what it was asked to is
/// not known.
class NoAnswer : public Error {
public:
    using Error::Error;
};

struct Refusal {
    long status = 0;
    std::string code;     ///< "NoSuchKey"; "" where the answer has none
    std::string message;  ///< the server's own
};

/// What an answer refuses.
[[nodiscard]] Refusal refusalOf(const Answer& answer);

/// Whether the same request may be answered otherwise later.
[[nodiscard]] bool isPassing(const Refusal& refusal) noexcept;
/// Whether the server may have done what it was asked to all the same.
[[nodiscard]] bool leavesOpen(const ServerRefusal& refusal) noexcept;

/// "cannot read 's3://bucket/key': access is denied (AccessDenied)", with a hint.
[[nodiscard]] ServerRefusal refusalError(const Request& request, const Answer& answer, const Refusal& refusal,
                                         const BucketAddress& address);

/// The server cannot be reached, or not be trusted.
[[nodiscard]] NoAnswer connectionError(const Request& request, const Exchange& exchange,
                                       const BucketAddress& address);

}  // namespace roost::s3
