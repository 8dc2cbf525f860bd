// The calls that no run watches, with a limit: commit(), abort(), tidy(), summary() and destructors. In a
// check one that never comes back is named, and ends the check.
#pragma once

#include <chrono>
#include <string>
#include <thread>

#include "conformance/isolation.hpp"
#include "roost/plugin.hpp"

namespace roost::conformance {

/// Ends the check's process where it is not gone after `limit`.
class CallWatch {
public:
    /// `call` is what the verdict names.
    CallWatch(const Progress& progress, std::chrono::milliseconds limit, std::string call);

private:
    std::jthread thread_;
};

/// Makes the stages of another factory, and watches those calls of theirs. The other one outlives it.
class WatchedFactory final : public PluginFactory {
public:
    WatchedFactory(const PluginFactory& factory, Progress progress, std::chrono::milliseconds limit)
        : factory_(factory), progress_(progress), limit_(limit) {}

    [[nodiscard]] const PluginInfo& info() const override { return factory_.info(); }
    [[nodiscard]] PluginKind kind() const override { return factory_.kind(); }
    [[nodiscard]] const std::vector<OptionSpec>& options() const override { return factory_.options(); }
    void check(const Node& settings, Diagnostics& diagnostics) const override {
        factory_.check(settings, diagnostics);
    }
    [[nodiscard]] std::unique_ptr<Source> makeSource(const Node& settings) const override;
    [[nodiscard]] std::unique_ptr<Transform> makeTransform(const Node& settings) const override {
        return factory_.makeTransform(settings);
    }
    [[nodiscard]] std::unique_ptr<Sink> makeSink(const Node& settings) const override;
    [[nodiscard]] Decision decision(const std::string& record, Context& context) const override {
        return factory_.decision(record, context);
    }
    [[nodiscard]] std::string recover(const std::string& record, Decision decision,
                                      Context& context) const override {
        return factory_.recover(record, decision, context);
    }
    [[nodiscard]] ArchiveSummary inspect(const Node& settings, Context& context) const override {
        return factory_.inspect(settings, context);
    }
    [[nodiscard]] ArchiveSummary verify(const Node& settings, Context& context) const override {
        return factory_.verify(settings, context);
    }

    [[nodiscard]] CallWatch watch(std::string call) const { return {progress_, limit_, std::move(call)}; }

private:
    const PluginFactory& factory_;
    Progress progress_;
    std::chrono::milliseconds limit_;
};

}  // namespace roost::conformance
