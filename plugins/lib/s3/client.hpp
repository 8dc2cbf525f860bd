// Requests to one bucket, each tried until it is answered.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "lib/s3/connection.hpp"
#include "lib/s3/error_answer.hpp"
#include "lib/s3/request.hpp"
#include "lib/s3/server_settings.hpp"
#include "roost/context.hpp"

namespace roost::s3 {

/// How long a server may be away before a request is given up.
enum class Patience : std::uint8_t {
    usual,   ///< it may start anew meanwhile: ten seconds at least where it refuses connections
    little,  ///< half a minute where it is silent: what is tidied up can be tidied up later
};

/// Keeps connections and hands each request one. What may pass (a broken connection, a server that is busy
/// or asks to slow down) is tried again, with pauses that double; what a server refuses is not. Any number
/// of threads.
class Client {
public:
    /// `context` must outlive it: it is told that the client is alive, and its stop token ends requests.
    Client(ServerSettings settings, Context& context);

    [[nodiscard]] const BucketAddress& address() const noexcept { return settings_.address; }
    [[nodiscard]] Context& context() const noexcept { return context_; }
    /// "'s3://bucket/key'"
    [[nodiscard]] std::string shown(const std::string& key) const;

    /// The answer, whose status is from 200 to 299. Throws ServerRefusal, roost::Error where there is no
    /// answer, and Interrupted.
    Answer send(const Request& request);

    void setPatience(Patience patience) noexcept { patience_ = patience; }

    /// Ends the requests that run, and all that follow, with Interrupted.
    void cancel() noexcept { cancelled_ = true; }
    /// Requests go on after the run was asked to stop: what tidies up has to be done then.
    void ignoreStop() noexcept {
        ignoresStop_ = true;
        cancelled_ = false;
    }

private:
    [[nodiscard]] bool goesOn() const;
    [[nodiscard]] std::unique_ptr<Connection> takeConnection();
    void giveBack(std::unique_ptr<Connection> connection);
    void pause(unsigned attempt);

    ServerSettings settings_;
    Context& context_;
    std::stop_token stop_;
    std::atomic<bool> cancelled_ = false;
    std::atomic<bool> ignoresStop_ = false;
    std::atomic<Patience> patience_ = Patience::usual;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace roost::s3
