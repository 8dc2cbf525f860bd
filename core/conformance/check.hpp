// One conformance check, and how its body says what it found.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "roost/plugin.hpp"

namespace roost::conformance {

class Bench;

/// Thrown by a check's body: the plugin breaks its contract. what() says how, in one sentence.
class Violation : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Thrown by a check's body that has nothing to look at. what() says why.
class NotApplicable : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A check runs in a process of its own, beside nothing that another one left.
struct Check {
    std::string name;     ///< "abort-after-begin"
    std::string meaning;  ///< what the plugin has to do, one sentence without a full stop
    std::function<void(Bench&)> body;
};

enum class Result : std::uint8_t { passed, failed, skipped };

struct Verdict {
    Result result = Result::passed;
    std::string why;  ///< of a failed or skipped one
    friend bool operator==(const Verdict&, const Verdict&) = default;
};

/// What is asked of every plugin.
[[nodiscard]] std::vector<Check> descriptionChecks();
[[nodiscard]] std::vector<Check> sourceChecks();
[[nodiscard]] std::vector<Check> transformChecks();
[[nodiscard]] std::vector<Check> sinkChecks();

/// All that a plugin of that kind has to pass, in the order in which they run.
[[nodiscard]] std::vector<Check> checksFor(PluginKind kind);

/// Throws Violation where `holds` is false.
inline void require(bool holds, const std::string& otherwise) {
    if (!holds) throw Violation(otherwise);
}

}  // namespace roost::conformance
