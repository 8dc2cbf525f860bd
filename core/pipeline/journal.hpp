// What a crash would leave behind, written down before it can happen.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "plugin/registry.hpp"
#include "roost/context.hpp"

namespace roost {

/// One record of one stage, as it was given to Context::journal().
struct JournalRecord {
    PluginKind kind = PluginKind::sink;
    std::string plugin;
    std::string stage;
    std::string record;
};

/// The journal of one run: a file in the state folder, locked while the run lives, removed at its end.
/// Thread-safe from the outside only (the run context serialises).
class Journal {
public:
    /// Creates nothing yet: a run without records leaves no trace.
    explicit Journal(std::filesystem::path stateFolder) : folder_(std::move(stateFolder)) {}
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// Appends and fsyncs; a later record of the same stage replaces the former when it is read back.
    /// `pipeline` is the run's, for those who find the journal. Throws roost::Error where the state folder
    /// cannot be used.
    void append(const JournalRecord& record, const std::string& pipeline = {});
    /// Writes down that the run is committed: from now on recovery finishes it and asks no one. Nothing where
    /// there are no records.
    void decide();
    /// How many records have been appended so far.
    [[nodiscard]] std::uint64_t appended() const noexcept { return appended_; }
    /// The run ended in order: nothing is left to recover.
    void remove() noexcept;
    /// Whether the journal is there, for who has to know it at any moment, on any thread.
    [[nodiscard]] const std::atomic<bool>& kept() const noexcept { return kept_; }

private:
    void write(const std::string& line);

    std::filesystem::path folder_;
    std::filesystem::path file_;
    int descriptor_ = -1;
    std::atomic<bool> kept_ = false;
    std::uint64_t appended_ = 0;
};

/// A run whose journal is in use.
struct LivingRun {
    std::string pipeline;  ///< its definition's name; "" where the journal does not tell
    std::int64_t process = 0;
};

/// The runs that are going on and have something to tidy up after, as far as their journals can be read.
[[nodiscard]] std::vector<LivingRun> livingRuns(const std::filesystem::path& folder);

/// ROOST_STATE_DIR; else /var/lib/roost for root; else XDG_STATE_HOME/roost or ~/.local/state/roost.
[[nodiscard]] std::filesystem::path stateFolder();

/// Lets the plugins finish or undo what runs left that ended without doing so: finish where the run was
/// decided, or where the plugin of its deciding sink says that it committed. `said` gets a sentence for each
/// thing done. Returns how many journals could not be finished; they stay for the next time.
std::size_t recoverJournals(const std::filesystem::path& folder, PluginRegistry& registry, Context& context,
                            const std::function<void(const std::string&)>& said);

}  // namespace roost
