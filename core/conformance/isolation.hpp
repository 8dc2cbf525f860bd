// Running what may crash in a process of its own.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "conformance/check.hpp"

namespace roost::conformance {

/// Says to the parent what is being done, for the case that it is the last thing.
using Progress = std::function<void(const std::string& doing)>;

/// Runs `body` in a child process and waits for it. Its end by a signal, by exit() or after `limit` is a
/// failure that tells what was being done. Whatever `body` throws is a failure, too; NotApplicable is a skip.
/// To be called while the process has one thread. Throws roost::Error where no process can be made.
[[nodiscard]] Verdict isolated(std::chrono::milliseconds limit,
                               const std::function<void(const Progress& progress)>& body);

}  // namespace roost::conformance
