// Stages of the host's own, for the other ends of the pipelines that a check runs.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "pipeline/resolution.hpp"
#include "roost/plugin.hpp"

namespace roost::conformance {

/// Makes stages by a function. Must outlive the runs that it is used in.
class HostStage final : public PluginFactory {
public:
    explicit HostStage(std::function<std::unique_ptr<Source>()> make)
        : kind_(PluginKind::source), source_(std::move(make)) {}
    explicit HostStage(std::function<std::unique_ptr<Sink>()> make)
        : kind_(PluginKind::sink), sink_(std::move(make)) {}

    [[nodiscard]] ResolvedStage stage() const {
        ResolvedStage resolved;
        resolved.kind = kind_;
        resolved.factory = this;
        resolved.label = kind_ == PluginKind::source ? "the generated source" : "the collecting sink";
        resolved.role = info_.role;
        return resolved;
    }

    [[nodiscard]] const PluginInfo& info() const override { return info_; }
    [[nodiscard]] PluginKind kind() const override { return kind_; }
    [[nodiscard]] const std::vector<OptionSpec>& options() const override { return options_; }
    void check(const Node&, Diagnostics&) const override {}
    [[nodiscard]] std::unique_ptr<Source> makeSource(const Node&) const override { return source_(); }
    [[nodiscard]] std::unique_ptr<Transform> makeTransform(const Node&) const override { return nullptr; }
    [[nodiscard]] std::unique_ptr<Sink> makeSink(const Node&) const override { return sink_(); }
    [[nodiscard]] Decision decision(const std::string&, Context&) const override { return Decision::none; }
    [[nodiscard]] std::string recover(const std::string&, Decision, Context&) const override { return {}; }
    [[nodiscard]] ArchiveSummary inspect(const Node&, Context&) const override { return {}; }
    [[nodiscard]] ArchiveSummary verify(const Node&, Context&) const override { return {}; }

private:
    PluginKind kind_;
    PluginInfo info_{"host", "1.0", "The host's end of a check", "host", {"host"}};
    std::vector<OptionSpec> options_;
    std::function<std::unique_ptr<Source>()> source_;
    std::function<std::unique_ptr<Sink>()> sink_;
};

}  // namespace roost::conformance
