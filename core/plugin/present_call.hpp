// Which stage is in a call on a thread, for the last words of a program that ends in the middle of it.
#pragma once

#include <string>

namespace roost {

/// AddressSanitizer and ThreadSanitizer have stacks and handlers of their own for signals that end the
/// program.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitizersHandleSignals = true;
#else
inline constexpr bool sanitizersHandleSignals = false;
#endif

/// For the time of a call into a plugin. Calls may lie within each other (a transform that reads a source
/// again): the innermost counts.
class PresentCall {
public:
    /// `stage` is what users know it by, and must outlive the call. The thread's first call also gives the
    /// thread a stack for signal handlers, so that one that ran out of stack can still say so.
    explicit PresentCall(const std::string& stage) noexcept;
    ~PresentCall();
    PresentCall(const PresentCall&) = delete;
    PresentCall& operator=(const PresentCall&) = delete;

    /// The stage in whose call this thread is; null for none. May be asked in a signal handler.
    [[nodiscard]] static const char* stage() noexcept;

private:
    const char* before_;
};

}  // namespace roost
