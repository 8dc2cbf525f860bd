// A connection to an S3 server that is kept between requests.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "lib/s3/request.hpp"
#include "lib/s3/server_settings.hpp"

namespace roost::s3 {

/// Why no answer came, as far as it tells what to do about it.
enum class Trouble : std::uint8_t {
    other,
    unknownHost,      ///< the name has no address
    unreachable,      ///< nobody takes connections there
    silent,           ///< it took longer than it may
    noAnswer,         ///< the connection ended without a byte
    badCertificate,   ///< the server's is not trusted, or another host's
    certificateFile,  ///< the file of trusted ones cannot be used
    noTls,            ///< what answered speaks no TLS
};

/// What came of a try to get an answer.
struct Exchange {
    bool answered = false;    ///< whether an answer came whole, good or bad
    bool stopped = false;     ///< it was broken off because `goOn` said so
    bool resent = false;      ///< libcurl may have sent it twice: its connection had ended meanwhile
    bool repeatable = false;  ///< without an answer: whether another try may help
    Trouble trouble = Trouble::other;
    std::string problem;  ///< without an answer: what went wrong
};

/// libcurl's easy handle. Signs each request (AWS Signature Version 4) and checks the server's certificate.
/// One thread at a time.
class Connection {
public:
    /// `settings` must outlive it. `goOn` is asked at least once a second while a request runs.
    Connection(const ServerSettings& settings, std::function<bool()> goOn);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// A request that is not slow is given up after that many seconds without a byte.
    [[nodiscard]] Exchange send(const Request& request, Answer& answer, long silentSeconds);

private:
    struct Handles;
    std::unique_ptr<Handles> handles_;
};

}  // namespace roost::s3
