#include "conformance/occupied_checks.hpp"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>

#include "conformance/contracts.hpp"
#include "conformance/readback_checks.hpp"
#include "conformance/sink_runs.hpp"

namespace roost::conformance {

namespace {

Acceptance answer(const Bench& bench, const Content& content) {
    const std::unique_ptr<RunEnvironment> environment = bench.environment(false);
    StageContext context(*environment, PluginKind::sink, "plugin", "the plugin");
    const Catalog catalog = GeneratedSource(content).catalog(context);
    return bench.makeSink()->accept(catalog, context);
}

/// What the target holds, where a source can tell.
std::optional<Recording> readIfPossible(const Bench& bench) {
    try {
        return readBack(bench);
    } catch (const NotApplicable&) {
        return std::nullopt;
    }
}

/// Gives up root's right to write where a mode forbids it (capabilities(7)), for this thread and those that
/// it begins. For others nothing changes.
class WithoutOverride {
public:
    WithoutOverride() {
        if (::syscall(SYS_capget, &header_, held_.data()) != 0) throw systemError("capget", errno);
        auto fewer = held_;
        fewer[0].effective &= ~(1U << CAP_DAC_OVERRIDE);
        if (::syscall(SYS_capset, &header_, fewer.data()) != 0) throw systemError("capset", errno);
    }
    ~WithoutOverride() { ::syscall(SYS_capset, &header_, held_.data()); }
    WithoutOverride(const WithoutOverride&) = delete;
    WithoutOverride& operator=(const WithoutOverride&) = delete;

private:
    __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> held_{};
};

bool leadsIntoFolder(const Bench& bench) {
    const Node* url = bench.options().find("url");
    return url != nullptr && url->isScalar() &&
           url->scalar.find(bench.folder().string()) != std::string::npos;
}

/// Without a source that tells more, what was there has to be as it was, whatever came beside it.
std::string lostOf(const TargetState& before, const TargetState& after) {
    for (const auto& [name, digest] : before) {
        const auto found = after.find(name);
        if (found == after.end()) return "'" + name + "' is gone";
        if (found->second != digest) return "'" + name + "' changed";
    }
    return {};
}

}  // namespace

void checkTargetExists(Bench& bench) {
    const Content content = contentFor(bench);
    requireDone(feed(bench, content));
    const TargetState before = targetState(bench);
    const std::optional<Recording> held = readIfPossible(bench);
    Content other = content;
    other.rows = false;
    other.bulk = std::uint64_t{1} << 20U;  // and a file of another size
    const Acceptance acceptance = answer(bench, other);
    requireUnchanged(bench, before, "when it was asked whether it accepts");
    bench.doing("it was run into a target that is there");
    const Ran ran = feed(bench, other);
    if (!acceptance.refusals.empty() || (ran.code != ExitCode::done && ran.code != ExitCode::setAside)) {
        requireFailed(ran, "it refused, and the run went on");
        requireUnchanged(bench, before, "after a run that it refused");
        return;
    }
    if (!acceptance.destroys.empty()) return;
    if (held && !content.files) {
        const std::string lost = difference(*held, readBack(bench), ran.told);
        require(lost.empty(), "it neither refused a target that is there nor told what it replaces: " + lost);
        return;
    }
    const std::string lost = lostOf(before, targetState(bench));
    require(lost.empty(), "it neither refused a target that is there nor told what it replaces, and " + lost);
}

void checkNoPlace(Bench& bench) {
    if (!leadsIntoFolder(bench)) throw NotApplicable("its url does not lead into ${FOLDER}");
    const std::filesystem::path file = bench.folder() / "a file";
    std::ofstream(file) << "mine";
    Node options = bench.options();
    for (auto& [key, value] : options.members)
        if (key.scalar == "url")
            value.scalar.replace(value.scalar.find(bench.folder().string()), bench.folder().string().size(),
                                 file.string());
    const TargetState before = targetState(bench);
    const Content content = contentFor(bench);
    RunRequest request;
    request.sinks = {bench.stage(options)};
    const Ran ran = feed(bench, content, request);
    requireFailed(ran, "a run was done though its target would lie below a file");
    requireUnchanged(bench, before, "after a run whose target would lie below a file");
}

void checkNotWritable(Bench& bench) {
    namespace fs = std::filesystem;
    if (!leadsIntoFolder(bench)) throw NotApplicable("its url does not lead into ${FOLDER}");
    const TargetState before = targetState(bench);
    if (!before.empty()) throw NotApplicable("its target is there already");
    const Content content = contentFor(bench);
    const WithoutOverride withoutOverride;
    fs::permissions(bench.folder(), fs::perms::owner_read | fs::perms::owner_exec);
    const Ran ran = feed(bench, content);
    fs::permissions(bench.folder(), fs::perms::owner_all);
    requireFailed(ran, "a run was done though nothing can be written into its target's folder");
    requireUnchanged(bench, before, "after a run into a folder that cannot be written");
}

}  // namespace roost::conformance
