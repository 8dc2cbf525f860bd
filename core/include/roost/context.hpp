// What the host gives every stage.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

namespace [[gnu::visibility("default")]] roost {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// A stage's way to its host. Every call may come from any thread. Nothing given to it may hold a secret.
class Context {
public:
    virtual ~Context() = default;

    virtual void log(LogLevel level, const std::string& message) = 0;
    /// Something that the user should know and that lost nothing; listed in the report. Exit code stays 0.
    virtual void warn(const std::string& message) = 0;
    /// What a transform will do, for the plan and the report, a line each: "table documents: 12 rows, by
    /// user_id". No warning.
    virtual void note(const std::string& message);
    /// A value or file that was left out or altered as the pipeline allows; listed in the report, exit
    /// code 3. `subject` names it ("documents/<user>/a.pdf"), `message` says what was done and why.
    virtual void setAside(const std::string& subject, const std::string& message) = 0;
    /// Requested when the run is to end early. A call that may last long looks at it and throws Interrupted.
    [[nodiscard]] virtual std::stop_token stopToken() const = 0;
    /// Tells the watchdog that a long call is alive. A call that is silent for longer than the stall limit
    /// ends the run.
    virtual void alive() = 0;

    /// True in a dry run: count exactly, write nothing.
    [[nodiscard]] virtual bool dryRun() const = 0;
    /// The dialect that the run's sinks want tables in (Sink::dialect()); "" where none says so or they
    /// differ. For transforms and sources; known before their first call.
    [[nodiscard]] virtual std::string targetDialect() const { return {}; }
    /// True where Source::chooseOwners() will follow: a source that counts files waits for it, and warns of
    /// none before.
    [[nodiscard]] virtual bool ownersFollow() const { return false; }
    /// The pipeline's `name`.
    [[nodiscard]] virtual std::string pipelineName() const = 0;
    /// When the run began, or SOURCE_DATE_EPOCH where that is set.
    [[nodiscard]] virtual std::chrono::system_clock::time_point startTime() const = 0;
    /// For files that are unlinked at once (mode 0600).
    [[nodiscard]] virtual std::filesystem::path temporaryFolder() const = 0;
    /// Records what would have to be tidied after a crash (JSON without secrets). It is on disk when this
    /// returns true; the plugin's recover() gets it back if the run ends without cleaning up. Each call
    /// replaces the stage's former record. False where no journal can be kept: a stage that cannot do
    /// without one throws then.
    virtual bool journal(const std::string& record) = 0;
};

}  // namespace roost
