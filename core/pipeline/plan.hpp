// What a run will do: the stages, the catalog that moves, and what each sink says to it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/resolution.hpp"
#include "pipeline/stage_context.hpp"
#include "roost/catalog.hpp"
#include "roost/stage.hpp"

namespace roost {

struct PlannedSource {
    std::unique_ptr<StageContext> context;
    std::unique_ptr<Source> source;
    Catalog catalog;         ///< the source's own, its tables numbered for the whole run
    TableId firstTable = 0;  ///< what is added to the ids of its items
};

struct PlannedTransform {
    std::unique_ptr<StageContext> context;
    std::unique_ptr<Transform> transform;
};

struct PlannedSink {
    std::unique_ptr<StageContext> context;
    std::unique_ptr<Sink> sink;
    Acceptance acceptance;
    CommitRole commitRole = CommitRole::alone;
};

struct Plan {
    std::vector<PlannedSource> sources;
    std::vector<PlannedTransform> transforms;
    std::vector<PlannedSink> sinks;
    Catalog catalog;  ///< of all sources, as the transforms leave it; the sinks refer to it

    /// What the sinks would replace or remove.
    [[nodiscard]] std::vector<std::string> destroys() const;
};

/// Makes the stages and lets them publish, rewrite and accept. Writes nothing at any target. Throws
/// roost::Error with every refusal, and what stages throw with the stage's name in front.
[[nodiscard]] std::unique_ptr<Plan> makePlan(const ResolvedPipeline& pipeline, RunEnvironment& environment);

}  // namespace roost
