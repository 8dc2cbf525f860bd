// Last words where a plugin ends the program: by exit(), or by a crash.
#pragma once

#include <atomic>

#include "pipeline/journal.hpp"
#include "pipeline/run.hpp"

namespace roost::cli {

/// For the time of a verb. While it lives, an exit() or quick_exit() is none of roost's own: it is told on
/// standard error, with the stage, and the exit code is 1, or 4 where a commit had begun or a journal waits
/// for `roost recover`. A crash (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) is told likewise, and the process
/// then ends by the signal as ever. Forked children are left alone, and so is what ends by _exit(): nothing
/// can see that. Under sanitizers, which tell of crashes themselves, signals are left alone. One at a time.
class ProgramGuard {
public:
    ProgramGuard();
    ~ProgramGuard();
    ProgramGuard(const ProgramGuard&) = delete;
    ProgramGuard& operator=(const ProgramGuard&) = delete;

    /// What ended the program was told otherwise: the SIGABRT that follows says nothing.
    static void toldAlready() noexcept;
};

/// What a run tells its program's guard, so that the last words say what became of the run. A run within
/// another (`before:`) stands in for it while it lives.
class GuardedRun {
public:
    /// `journal` must outlive it.
    explicit GuardedRun(const Journal& journal) noexcept;
    ~GuardedRun();
    GuardedRun(const GuardedRun&) = delete;
    GuardedRun& operator=(const GuardedRun&) = delete;

    /// To be called again once all plugins are loaded and at work: what is registered last comes first, so
    /// that no static object of theirs is destroyed under the feet of other threads before the guard is
    /// asked.
    static void arm() noexcept;
    static void committing() noexcept;
    static void over(ExitCode code) noexcept;

private:
    const std::atomic<bool>* outerJournal_;
    int outerPhase_;
    int outerCode_;
};

}  // namespace roost::cli
