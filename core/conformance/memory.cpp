#include "conformance/memory.hpp"

#include <fstream>
#include <string>

#include "roost/error.hpp"

namespace roost::conformance {

namespace {

/// A line of /proc/self/status, in bytes.
std::uint64_t status(const std::string& name) {
    std::ifstream lines("/proc/self/status");
    for (std::string word; lines >> word;) {
        if (word != name) continue;
        std::uint64_t kibibytes = 0;
        lines >> kibibytes;
        return kibibytes * 1024;
    }
    throw Error("/proc/self/status tells no " + name);
}

}  // namespace

MemoryMeter::MemoryMeter() : start_(status("VmRSS:")) {
    std::ofstream("/proc/self/clear_refs") << "5";  // the peak so far is the present (proc(5))
}

std::uint64_t MemoryMeter::growth() const {
    const std::uint64_t peak = status("VmHWM:");
    return peak > start_ ? peak - start_ : 0;
}

}  // namespace roost::conformance
