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

/// Shows a line a source, redrawn on a terminal, or a plain line every ten seconds; before and after the
/// sources run, what is being done then. Used by one thread.
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
    [[nodiscard]] std::string phase() const;
    void draw();

    Console& console_;
    ProgressStyle style_;
    const Sources* sources_ = nullptr;
    bool stopped_ = false;
    Clock::time_point began_ = Clock::now();
    std::vector<Line> lines_;
    Clock::time_point drawn_ = Clock::now();
};

}  // namespace roost::cli
