#include "cli/console.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

namespace roost::cli {

namespace {

spdlog::level::level_enum levelOf(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

void writeAll(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;  // a log that cannot be written must not end a backup
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

class Console::Output {
public:
    explicit Output(Console& console) : logger_("roost", std::make_shared<Lines>(console)) {}
    spdlog::logger& logger() { return logger_; }

private:
    class Lines final : public spdlog::sinks::base_sink<std::mutex> {
    public:
        explicit Lines(Console& console) : console_(console) {}

    protected:
        void sink_it_(const spdlog::details::log_msg& message) override {
            spdlog::memory_buf_t text;
            formatter_->format(message, text);
            console_.write({text.data(), text.size()});
        }
        void flush_() override {}

    private:
        Console& console_;
    };

    spdlog::logger logger_;
};

Console::Console(LogLevel level) : terminal_(::isatty(STDERR_FILENO) == 1) {
    output_ = std::make_unique<Output>(*this);
    output_->logger().set_level(levelOf(level));
    output_->logger().set_pattern(terminal_ ? "%l: %v" : "%Y-%m-%d %H:%M:%S %l: %v");
}

Console::~Console() { showProgress({}); }

void Console::log(LogLevel level, const std::string& message) {
    output_->logger().log(levelOf(level), message);
}

std::size_t Console::width() const noexcept {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

void Console::eraseProgress(std::string& output) {
    if (progress_.empty()) return;
    output += "\r\x1b[" + std::to_string(progress_.size()) + "A\x1b[J";  // up, and clear what is below
}

void Console::write(std::string_view text) {
    const std::scoped_lock lock(mutex_);
    std::string output;
    eraseProgress(output);
    output += text;
    for (const std::string& line : progress_) output += line + "\n";
    writeAll(output);
}

void Console::showProgress(const std::vector<std::string>& lines) {
    const std::scoped_lock lock(mutex_);
    std::string output;
    eraseProgress(output);
    for (const std::string& line : lines) output += line + "\n";
    progress_ = lines;
    writeAll(output);
}

}  // namespace roost::cli
