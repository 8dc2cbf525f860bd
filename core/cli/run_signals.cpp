#include "cli/run_signals.hpp"

#include <pthread.h>

#include <ctime>

namespace roost::cli {

RunSignals::RunSignals() {
    sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction action {};
        // What was started with `nohup` keeps ignoring the hang-up.
        if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) continue;
        sigaddset(&signals_, signal);
    }
    pthread_sigmask(SIG_BLOCK, &signals_, &former_);
    for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
}

RunSignals::~RunSignals() { pthread_sigmask(SIG_SETMASK, &former_, nullptr); }

std::optional<int> RunSignals::wait(std::chrono::milliseconds time) const {
    const timespec limit{time.count() / 1000, time.count() % 1000 * 1'000'000};
    const int signal = sigtimedwait(&signals_, nullptr, &limit);
    if (signal < 0) return std::nullopt;
    return signal;
}

}  // namespace roost::cli
