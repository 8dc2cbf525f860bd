// The ways in which a call of a plugin can fail to come back in order.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "roost/error.hpp"

namespace roost::bad {

enum class Fault { error, exception, number, hang, crash, exit, quickExit, abort, divide, overflow };

inline std::vector<std::string> faultNames() {
    return {"error", "exception",  "number", "hang",   "crash",
            "exit",  "quick-exit", "abort",  "divide", "overflow"};
}

/// Takes 4 KiB of stack a step; volatile, so that no compiler makes a loop of it.
inline int descend(volatile char* above, int steps) {
    volatile char frame[4096];
    frame[0] = above == nullptr ? '0' : *above;
    return steps == 0 ? frame[0] : descend(frame, steps - 1) + frame[0];
}

/// What a plugin does in one of its calls.
inline void commit(Fault fault, const std::string& call) {
    using namespace std::chrono_literals;
    switch (fault) {
        case Fault::error:
            throw Error("it went wrong in " + call, "try something else");
        case Fault::exception:
            throw std::logic_error("nobody thought of " + call);
        case Fault::number:
            throw 42;
        case Fault::hang:
            for (;;) std::this_thread::sleep_for(1s);  // whatever the stop token says
        case Fault::crash:
            std::raise(SIGSEGV);
            return;
        case Fault::exit:
            std::exit(0);
        case Fault::quickExit:
            std::quick_exit(0);
        case Fault::abort:
            std::abort();
        case Fault::divide:
            std::raise(SIGFPE);
            return;
        case Fault::overflow:
            descend(nullptr, 1'000'000);
    }
}

}  // namespace roost::bad
