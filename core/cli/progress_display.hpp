// How far a run is, while it runs.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "cli/console.hpp"
#include "pipeline/progress.hpp"

namespace roost::cli {

enum class ProgressStyle { automatic, bar, plain, none };

/// Shows a line a source, redrawn on a terminal, or a plain line every ten seconds. Used by one thread.
class ProgressDisplay {
public:
    using Clock = std::chrono::steady_clock;
    using Sources = std::vector<std::unique_ptr<SourceProgress>>;

    ProgressDisplay(Console& console, ProgressStyle style);

    /// Begins to show these; they must outlive the display or its stop().
    void start(const Sources& sources);
    /// To be called often; draws when it is time.
    void tick();
    void stop();

private:
    struct Line {
        Clock::time_point began;
        Clock::time_point ended;
        bool running = false;
        bool over = false;
    };

    [[nodiscard]] std::string describe(const SourceProgress& source, Line& line) const;
    void draw();

    Console& console_;
    ProgressStyle style_;
    const Sources* sources_ = nullptr;
    std::vector<Line> lines_;
    Clock::time_point drawn_;
};

}  // namespace roost::cli
