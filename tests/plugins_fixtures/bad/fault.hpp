// The ways in which a call of a plugin can fail to come back in order.
#pragma once

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "roost/error.hpp"

namespace roost::bad {

enum class Fault { error, exception, number, hang, crash };

inline std::vector<std::string> faultNames() { return {"error", "exception", "number", "hang", "crash"}; }

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
    }
}

}  // namespace roost::bad
