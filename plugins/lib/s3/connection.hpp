// A connection to an S3 server that is kept between requests.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "lib/s3/request.hpp"
#include "lib/s3/server_settings.hpp"

namespace roost::s3 {

/// What came of a try to get an answer.
struct Exchange {
    bool answered = false;    ///< whether an answer came whole, good or bad
    bool stopped = false;     ///< it was broken off because `goOn` said so
    bool repeatable = false;  ///< without an answer: whether another try may help
    std::string problem;      ///< without an answer: what went wrong
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
