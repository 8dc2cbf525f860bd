#include "cli/program_guard.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "plugin/loader.hpp"
#include "plugin/present_call.hpp"

namespace roost::cli {

namespace {

enum Phase : int { noRun, unpublished, underWay, over };

/// Exit and signal handlers get no argument, so what they have to know must be global: the one such state of
/// the program. They run on any thread, and signal handlers between any two instructions.
struct GuardState {
    std::atomic<pid_t> process{0};  ///< 0 while nothing is guarded; never a forked child's
    std::atomic<bool> told{false};
    std::atomic<int> phase{noRun};
    std::atomic<int> exitCode{static_cast<int>(ExitCode::failed)};
    std::atomic<const std::atomic<bool>*> journal{nullptr};  ///< whether the run's journal exists
    std::array<struct sigaction, 5> former{};
};

constinit GuardState state;

struct FatalSignal {
    int number;
    std::string_view name;
};

constexpr std::array<FatalSignal, 5> fatalSignals{
    {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGFPE, "SIGFPE"}, {SIGILL, "SIGILL"}, {SIGABRT, "SIGABRT"}}};

/// A line that is put together without allocating and written in one go.
class LastWords {
public:
    LastWords& operator<<(std::string_view text) noexcept {
        const std::size_t length = std::min(text.size(), text_.size() - 1 - used_);
        std::memcpy(text_.data() + used_, text.data(), length);
        used_ += length;
        return *this;
    }
    void write() noexcept {
        text_[used_++] = '\n';
        for (std::size_t at = 0; at < used_;) {
            const ssize_t written = ::write(STDERR_FILENO, text_.data() + at, used_ - at);
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) return;
            at += static_cast<std::size_t>(written);
        }
    }

private:
    std::array<char, 2048> text_{};
    std::size_t used_ = 0;
};

bool journalIsKept() noexcept {
    const std::atomic<bool>* const kept = state.journal;
    return kept != nullptr && *kept;
}

bool isGuarded() noexcept { return state.process == ::getpid(); }

/// What became of the run, and what to do next.
std::string_view consequence() noexcept {
    switch (state.phase) {
        case unpublished:
            return journalIsKept() ? "; nothing was published, and 'roost recover' (or the next run) removes "
                                     "what was begun"
                                   : "; nothing was published";
        case underWay:
            return journalIsKept()
                       ? "; the commit was under way: 'roost recover' (or the next run) finishes or "
                         "undoes it"
                       : "; the commit was under way: look at the target";
        case over:
            return "; the run itself was over";
        default:
            return "";
    }
}

void nameStage(LastWords& words) noexcept {
    const char* const stage = PresentCall::stage();
    if (const std::filesystem::path* const library = libraryBeingLoaded())
        words << " (while " << library->c_str() << " was loaded)";
    else if (stage != nullptr)
        words << " (stage " << stage << ")";
    else
        words << " (outside of a stage's call: a thread or a destructor of its own)";
}

void onExit() noexcept {
    if (!isGuarded()) return;
    LastWords words;
    words << "roost: error: a plugin ended the program";
    nameStage(words);
    words << ", by exit() or quick_exit()" << consequence();
    words.write();
    const int code = journalIsKept() ? static_cast<int>(ExitCode::untidy) : state.exitCode.load();
    std::_Exit(code);
}

/// Calls nothing but what POSIX allows in a handler. The default action follows once it returns.
void onFatalSignal(int signal) noexcept {
    if (isGuarded() && !state.told.exchange(true)) {
        LastWords words;
        words << "roost: error: the program crashed (";
        for (const FatalSignal& fatal : fatalSignals)
            if (fatal.number == signal) words << fatal.name;
        words << ")";
        nameStage(words);
        words << consequence();
        words.write();
    }
    std::signal(signal, SIG_DFL);
    std::raise(signal);  // blocked until the handler returns: the core dump has the place of the crash
}

void installHandlers() noexcept {
    struct sigaction action {};
    action.sa_handler = onFatalSignal;
    action.sa_flags = SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < fatalSignals.size(); ++i)
        sigaction(fatalSignals[i].number, &action, &state.former[i]);
}

}  // namespace

ProgramGuard::ProgramGuard() {
    state.told = false;
    state.phase = noRun;
    state.exitCode = static_cast<int>(ExitCode::failed);
    if constexpr (!sanitizersHandleSignals) installHandlers();
    state.process = ::getpid();
    GuardedRun::arm();
}

ProgramGuard::~ProgramGuard() {
    state.process = 0;
    if constexpr (!sanitizersHandleSignals)
        for (std::size_t i = 0; i < fatalSignals.size(); ++i)
            sigaction(fatalSignals[i].number, &state.former[i], nullptr);
}

void ProgramGuard::toldAlready() noexcept { state.told = true; }

GuardedRun::GuardedRun(const Journal& journal) noexcept
    : outerJournal_(state.journal.exchange(&journal.kept())),
      outerPhase_(state.phase.exchange(unpublished)),
      outerCode_(state.exitCode.exchange(static_cast<int>(ExitCode::failed))) {
    arm();
}

GuardedRun::~GuardedRun() {
    state.exitCode = outerCode_;
    state.phase = outerPhase_;
    state.journal = outerJournal_;
}

void GuardedRun::arm() noexcept {
    std::atexit(onExit);
    std::at_quick_exit(onExit);
}

void GuardedRun::committing() noexcept {
    state.phase = underWay;
    state.exitCode = static_cast<int>(ExitCode::untidy);
}

void GuardedRun::over(ExitCode code) noexcept {
    state.phase = Phase::over;
    const bool committed = code == ExitCode::done || code == ExitCode::setAside;
    state.exitCode = static_cast<int>(committed ? ExitCode::untidy : code);
}

}  // namespace roost::cli
