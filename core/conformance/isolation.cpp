#include "conformance/isolation.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "roost/error.hpp"

namespace roost::conformance {

namespace {

using Clock = std::chrono::steady_clock;

/// A message on the pipe: one letter for what it is, its text, a NUL.
enum class Letter : char { doing = 'd', passed = 'p', failed = 'f', thrown = 't', skipped = 's' };

class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    ~Descriptor() { close(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const noexcept { return number_; }
    void close() noexcept {
        if (number_ >= 0) ::close(std::exchange(number_, -1));
    }

private:
    int number_;
};

void send(int pipe, Letter letter, std::string text) {
    text.insert(text.begin(), static_cast<char>(letter));
    for (char& c : text)
        if (c == '\0') c = '?';
    std::string_view rest(text.c_str(), text.size() + 1);
    while (!rest.empty()) {
        const ssize_t written = ::write(pipe, rest.data(), rest.size());
        if (written < 0 && errno != EINTR) return;  // the parent has given up
        if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::string saidBy(const std::exception& error) {
    return *error.what() == '\0' ? "it threw an exception that says nothing" : error.what();
}

[[noreturn]] void runChild(int pipe, const std::function<void(const Progress&)>& body) {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);  // a crash is an answer here, not something to look into
    // Poco makes exceptions of some; a crash is to be told as what it is.
    for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGSEGV, SIGBUS, SIGILL, SIGFPE})
        std::signal(signal, SIG_DFL);
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_UNBLOCK, &all, nullptr);
    std::set_terminate([] { std::abort(); });  // the parent tells, in one line
    try {
        body(Progress(pipe));
        send(pipe, Letter::passed, "");
    } catch (const NotApplicable& reason) {
        send(pipe, Letter::skipped, reason.what());
    } catch (const Violation& violation) {
        send(pipe, Letter::failed, violation.what());
    } catch (const std::exception& error) {
        send(pipe, Letter::thrown, saidBy(error));
    } catch (...) {
        send(pipe, Letter::thrown, "it threw something that is no exception");
    }
    std::_Exit(0);  // threads of the plugin may be left
}

/// What the child said, read while it runs.
struct Said {
    std::string unfinished;
    std::string doing;
    bool answered = false;
    Verdict verdict;

    void add(std::string_view bytes) {
        unfinished += bytes;
        for (std::size_t end = unfinished.find('\0'); end != std::string::npos; end = unfinished.find('\0')) {
            take(unfinished.substr(0, end));
            unfinished.erase(0, end + 1);
        }
    }
    void take(const std::string& message) {
        if (message.empty()) return;
        const std::string text = message.substr(1);
        switch (static_cast<Letter>(message.front())) {
            case Letter::doing:
                doing = text;
                return;
            case Letter::passed:
                verdict = {Result::passed, text};
                break;
            case Letter::failed:
                verdict = {Result::failed, text};
                break;
            case Letter::thrown:
                verdict = {Result::failed, text + (doing.empty() ? "" : " (while " + doing + ")")};
                break;
            case Letter::skipped:
                verdict = {Result::skipped, text};
                break;
        }
        answered = true;
    }
};

/// Reads until the pipe ends or the time is over; false for the latter.
bool listen(int pipe, Clock::time_point until, Said& said) {
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        if (left.count() <= 0) return false;
        pollfd input{pipe, POLLIN, 0};
        if (::poll(&input, 1, static_cast<int>(left.count())) <= 0) continue;
        const ssize_t got = ::read(pipe, buffer.data(), buffer.size());
        if (got == 0) return true;
        if (got < 0 && errno != EINTR) return true;
        if (got > 0) said.add({buffer.data(), static_cast<std::size_t>(got)});
    }
}

std::string whileDoing(const Said& said) { return said.doing.empty() ? "" : " while " + said.doing; }

std::string seconds(std::chrono::milliseconds limit) {
    return std::to_string(limit.count() / 1000) + " seconds";
}

}  // namespace

void Progress::operator()(const std::string& doing) const { send(pipe_, Letter::doing, doing); }

void Progress::giveUp(const std::string& why) const {
    send(pipe_, Letter::failed, why);
    std::_Exit(0);
}

Verdict isolated(std::chrono::milliseconds limit, const std::function<void(const Progress&)>& body) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw systemError("cannot make a pipe", errno);
    Descriptor reading(ends[0]);
    Descriptor writing(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) throw systemError("cannot make a process for a check", errno);
    if (child == 0) {
        reading.close();
        runChild(writing.number(), body);
    }
    writing.close();
    Said said;
    const bool inTime = listen(reading.number(), Clock::now() + limit, said);
    if (!inTime) ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (said.answered) return said.verdict;
    if (!inTime) return {Result::failed, "it did not end within " + seconds(limit) + whileDoing(said)};
    if (WIFSIGNALED(status))
        return {Result::failed, "ended by signal " + std::to_string(WTERMSIG(status)) + " (" +
                                    ::strsignal(WTERMSIG(status)) + ")" + whileDoing(said)};
    return {Result::failed,
            "it ended the process with exit code " + std::to_string(WEXITSTATUS(status)) + whileDoing(said)};
}

}  // namespace roost::conformance
