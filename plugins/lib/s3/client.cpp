#include "lib/s3/client.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::s3 {

namespace {

constexpr unsigned attempts = 8;
constexpr unsigned fewAttempts = 3;
constexpr long silentSeconds = 60;
constexpr long fewSilentSeconds = 10;
/// A server that hangs takes connections and says nothing; it does not come back by being asked again.
constexpr std::chrono::seconds longestSilence{150};
constexpr std::chrono::milliseconds firstPause{100};
constexpr std::chrono::milliseconds longestPause{10'000};
constexpr std::chrono::milliseconds lookEvery{50};

}  // namespace

Client::Client(ServerSettings settings, Context& context)
    : settings_(std::move(settings)), context_(context), stop_(context.stopToken()) {}

std::string Client::shown(const std::string& key) const {
    return "'s3://" + settings_.address.bucket + (key.empty() ? "" : "/" + storage::shownName(key)) + "'";
}

bool Client::goesOn() const {
    context_.alive();
    return !cancelled_ && (ignoresStop_ || !stop_.stop_requested());
}

std::unique_ptr<Connection> Client::takeConnection() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            return connection;
        }
    }
    return std::make_unique<Connection>(settings_, [this] { return goesOn(); });
}

void Client::giveBack(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
}

/// Half of the pause is by chance, so that workers that failed together do not come back together.
void Client::pause(unsigned attempt) {
    thread_local std::minstd_rand random(std::random_device{}());
    const auto whole = std::min(firstPause * (1U << attempt), longestPause).count();
    const std::chrono::milliseconds length(whole / 2 +
                                           std::uniform_int_distribution<long>(0, whole / 2)(random));
    for (auto left = length; left.count() > 0; left -= lookEvery) {
        if (!goesOn()) throw Interrupted();
        std::this_thread::sleep_for(std::min(left, lookEvery));
    }
}

Answer Client::send(const Request& request) {
    Answer answer;
    const bool patient = patience_ == Patience::usual;
    unsigned resent = 0;
    const auto asked = std::chrono::steady_clock::now();
    for (unsigned attempt = 0;; ++attempt) {
        if (!goesOn()) throw Interrupted();
        auto connection = takeConnection();
        const Exchange exchange =
            connection->send(request, answer, patient ? silentSeconds : fewSilentSeconds);
        resent += exchange.resent ? 1 : 0;
        if (exchange.stopped) throw Interrupted();
        const bool last = attempt + 1 == (patient ? attempts : fewAttempts);
        if (!exchange.answered) {
            const bool hangs = exchange.trouble == Trouble::silent &&
                               std::chrono::steady_clock::now() - asked > longestSilence;
            if (!exchange.repeatable || last || hangs)
                throw connectionError(request, exchange, settings_.address);
            context_.log(LogLevel::debug, "trying again to " + request.what + ": " + exchange.problem);
        } else {
            giveBack(std::move(connection));
            // A long assembly begins its answer before it knows the outcome: status 200, and then an error.
            const bool refused = answer.status < 200 || answer.status >= 300 ||
                                 (request.slow && answer.body.find("<Error>") != std::string::npos);
            answer.tries = attempt + 1 + resent;
            if (!refused) return answer;
            const Refusal refusal = refusalOf(answer);
            if (last || !(isPassing(refusal) || answer.status < 300))
                throw refusalError(request, answer, refusal, settings_.address);
            context_.log(LogLevel::debug, "trying again to " + request.what + ": the server answers " +
                                              std::to_string(answer.status) + " " + refusal.code);
        }
        pause(attempt);
    }
}

}  // namespace roost::s3
