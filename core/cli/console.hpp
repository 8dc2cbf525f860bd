// Standard error: log lines, and below them, on a terminal, the lines of the progress display.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "roost/context.hpp"

namespace roost::cli {

/// Keeps log lines and progress lines apart. Thread-safe.
class Console {
public:
    /// Log lines below `level` are left out. They begin with the time where standard error is no terminal.
    explicit Console(LogLevel level);
    ~Console();
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    void log(LogLevel level, const std::string& message);
    /// Replaces the progress lines; an empty list removes them. Only for terminals.
    void showProgress(const std::vector<std::string>& lines);

    [[nodiscard]] bool isTerminal() const noexcept { return terminal_; }
    /// The terminal's width in columns; 80 where it is unknown.
    [[nodiscard]] std::size_t width() const noexcept;

private:
    class Output;  // spdlog's sink; its header is slow to compile

    void write(std::string_view text);
    void eraseProgress(std::string& output);

    std::mutex mutex_;
    bool terminal_;
    std::vector<std::string> progress_;
    std::unique_ptr<Output> output_;
};

}  // namespace roost::cli
