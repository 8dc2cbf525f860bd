// The moving of content: the sources on one thread, the transforms on another, each sink on its own.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/channel.hpp"
#include "pipeline/entry_names.hpp"
#include "pipeline/item_stream.hpp"
#include "pipeline/plan.hpp"
#include "pipeline/progress.hpp"

namespace roost {

/// Why the moving ended early.
struct FlowFailure {
    bool interrupted = false;
    std::string message;
    std::string hint;
};

/// Runs the plan's stages over their content. The first failure stops all of them. The plan, the environment
/// and the progress counters must outlive the flow, also where a stage has hung: see hung().
class Flow {
public:
    Flow(Plan& plan, RunEnvironment& environment, std::vector<std::unique_ptr<SourceProgress>>& progress)
        : plan_(plan), environment_(environment), progress_(progress), names_(environment.temporaryFolder) {}
    /// Waits for the threads, unless a stage has hung.
    ~Flow();
    Flow(const Flow&) = delete;
    Flow& operator=(const Flow&) = delete;

    /// Returns when all is moved, or when everything that could be stopped has stopped. A call into a plugin
    /// that is silent for longer than `stallLimit` is given up, and so is one that does not end within
    /// `grace` after a stop was requested.
    [[nodiscard]] std::optional<FlowFailure> run(std::chrono::milliseconds stallLimit,
                                                 std::chrono::milliseconds grace);

    /// True where a stage's thread never came back. Its process must end without touching that stage.
    [[nodiscard]] bool hung() const noexcept { return hung_; }
    /// Whether the sink's own thread has ended, so that it may be aborted.
    [[nodiscard]] bool sinkIdle(std::size_t sink) const;

private:
    struct Worker {
        StageContext* context = nullptr;  ///< of the stage in whose call the thread is, for the watchdog
        std::thread thread;
        bool done = false;
    };

    void start();
    void runSources(const std::vector<Outlet>& outlets);
    void runSource(std::size_t index, const std::vector<Outlet>& outlets);
    void runTransforms(std::vector<Outlet> outlets);
    /// The transform that dropped the item; null where all passed it on.
    template <class Where>
    [[nodiscard]] PlannedTransform* firstToDrop(Item& item, const Where& where);
    void checkNames();
    void runSink(std::size_t index);
    template <class Body>
    void addWorker(StageContext* context, Body body);
    void fail(FlowFailure failure);
    void cancelChannels();
    [[nodiscard]] bool allDone() const;
    void watch(std::chrono::milliseconds stallLimit);
    [[nodiscard]] std::vector<Outlet> sinkOutlets();

    Plan& plan_;
    RunEnvironment& environment_;
    std::vector<std::unique_ptr<SourceProgress>>& progress_;
    EntryNames names_;
    std::uint64_t entriesGiven_ = 0;  ///< by all sources; their thread's
    std::vector<std::unique_ptr<Channel>> sinkChannels_;
    std::unique_ptr<Channel> transformChannel_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::size_t firstSinkWorker_ = 0;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<FlowFailure> failure_;
    bool hung_ = false;
};

}  // namespace roost
