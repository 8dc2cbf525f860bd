// What a shared object must export to be a roost plugin.
//
//     class Discard : public roost::Sink {
//     public:
//         struct Options { roost::Location url; };
//         static roost::PluginInfo info() { return {.name = "discard", .version = "1.0", ...}; }
//         static const roost::OptionTable<Options>& options() { ... }
//         explicit Discard(Options options);
//         ...
//     };
//     ROOST_PLUGIN(Discard)
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "roost/error.hpp"
#include "roost/option_table.hpp"
#include "roost/stage.hpp"

namespace [[gnu::visibility("default")]] roost {

/// Changes whenever a public type changes its layout or meaning. A plugin of another number is refused.
inline constexpr std::uint32_t abiNumber = 6;

/// What a plugin must share with its host: the C++ library's ABI and the sanitizer.
inline constexpr const char* toolchainStamp =
    "libstdc++"
#if _GLIBCXX_USE_CXX11_ABI
    " cxx11"
#else
    " cxx98"
#endif
#if defined(__SANITIZE_ADDRESS__)
    " asan"
#elif defined(__SANITIZE_THREAD__)
    " tsan"
#endif
    ;

enum class PluginKind : std::uint8_t { source, transform, sink };

/// What a plugin says of itself. The key by which a pipeline finds it is (kind, role, one of serves).
struct PluginInfo {
    std::string name;  ///< exact name, "tar-gz": lower case letters, digits, '-'
    std::string version;
    std::string description;  ///< one line
    std::string role;         ///< "database", "storage", "archive"; for a transform its own name
    std::vector<std::string>
        serves;  ///< schemes ("sqlite") or an archive's formats ("tar.gz"); first one is the usual
};

/// What became of a run that ended without tidying up.
enum class Decision : std::uint8_t { none, committed, undone };

/// What `roost inspect` shows of an archive, and `roost verify` of one that it has read whole.
struct ArchiveSummary {
    std::string metadataJson;  ///< metadata.json as it stands
    std::string schemaJson;    ///< schema.json; "" where the archive has none
    std::vector<std::pair<std::string, std::uint64_t>> tables;  ///< name and rows
    std::vector<EntryKindTotals> entryKinds;
    std::vector<std::string> warnings;
};

/// The typed part of a descriptor, made by ROOST_PLUGIN.
class PluginFactory {
public:
    virtual ~PluginFactory() = default;
    [[nodiscard]] virtual const PluginInfo& info() const = 0;
    [[nodiscard]] virtual PluginKind kind() const = 0;
    [[nodiscard]] virtual const std::vector<OptionSpec>& options() const = 0;
    /// Reads the settings; what is wrong with them lands in diagnostics. Touches nothing outside.
    virtual void check(const Node& settings, Diagnostics& diagnostics) const = 0;
    /// One of these three makes a stage, by kind(); the others return null. Settings passed check() before.
    [[nodiscard]] virtual std::unique_ptr<Source> makeSource(const Node& settings) const = 0;
    [[nodiscard]] virtual std::unique_ptr<Transform> makeTransform(const Node& settings) const = 0;
    [[nodiscard]] virtual std::unique_ptr<Sink> makeSink(const Node& settings) const = 0;
    /// Tells whether the transaction of which `record` speaks was committed; Decision::none for a plugin that
    /// does not decide. Throws roost::Error where it cannot be told now (the server is down).
    [[nodiscard]] virtual Decision decision(const std::string& record, Context& context) const = 0;
    /// Finishes (Decision::committed) or undoes (Decision::undone) what a run left that ended without tidying
    /// up: `record` is what its stage gave to Context::journal(). May be called again after it failed half
    /// way. Returns a sentence about what was done, "" for nothing.
    [[nodiscard]] virtual std::string recover(const std::string& record, Decision decision,
                                              Context& context) const = 0;
    /// Describes an archive. `settings` are a source's, and passed check() before. Throws roost::Error; a
    /// plugin of another role always does.
    [[nodiscard]] virtual ArchiveSummary inspect(const Node& settings, Context& context) const = 0;
    /// Reads every byte of an archive and checks it. Throws roost::Error for the first thing that makes it
    /// unfit for a restore; a plugin of another role always does.
    [[nodiscard]] virtual ArchiveSummary verify(const Node& settings, Context& context) const = 0;
};

/// The C part: checked field by field before anything else of the plugin is used.
struct PluginDescriptor {
    std::uint32_t abi;
    std::uint32_t size;
    const char* toolchain;
    const PluginFactory* factory;
};

/// The symbol that a plugin exports.
using PluginEntry = const PluginDescriptor*();
inline constexpr const char* pluginEntryName = "roost_plugin_v1";

/// Makes the factory of a stage class; see the head of this file.
template <class Stage>
class StageFactory final : public PluginFactory {
public:
    [[nodiscard]] const PluginInfo& info() const override { return info_; }
    [[nodiscard]] PluginKind kind() const override {
        if constexpr (std::is_base_of_v<Source, Stage>)
            return PluginKind::source;
        else if constexpr (std::is_base_of_v<Transform, Stage>)
            return PluginKind::transform;
        else
            return PluginKind::sink;
    }
    [[nodiscard]] const std::vector<OptionSpec>& options() const override { return Stage::options().specs(); }
    void check(const Node& settings, Diagnostics& diagnostics) const override {
        auto options = Stage::options().parse(settings, diagnostics);
        if constexpr (requires { Stage::check(options, settings, diagnostics); })
            Stage::check(options, settings, diagnostics);
    }
    [[nodiscard]] std::unique_ptr<Source> makeSource(const Node& settings) const override {
        return make<Source>(settings);
    }
    [[nodiscard]] std::unique_ptr<Transform> makeTransform(const Node& settings) const override {
        return make<Transform>(settings);
    }
    [[nodiscard]] std::unique_ptr<Sink> makeSink(const Node& settings) const override {
        return make<Sink>(settings);
    }
    [[nodiscard]] Decision decision(const std::string& record, Context& context) const override {
        if constexpr (requires { Stage::decision(record, context); })
            return Stage::decision(record, context);
        else
            return Decision::none;
    }
    [[nodiscard]] std::string recover(const std::string& record, Decision decision,
                                      Context& context) const override {
        if constexpr (requires { Stage::recover(record, decision, context); })
            return Stage::recover(record, decision, context);
        else if constexpr (requires { Stage::recover(record, context); })
            return Stage::recover(record, context);
        else
            return {};
    }
    [[nodiscard]] ArchiveSummary inspect(const Node& settings, Context& context) const override {
        if constexpr (requires { Stage::inspect(read(settings), context); })
            return Stage::inspect(read(settings), context);
        else
            throw Error("plugin '" + info_.name + "' cannot inspect archives");
    }
    [[nodiscard]] ArchiveSummary verify(const Node& settings, Context& context) const override {
        if constexpr (requires { Stage::verify(read(settings), context); })
            return Stage::verify(read(settings), context);
        else
            throw Error("plugin '" + info_.name + "' cannot verify archives");
    }

private:
    template <class Base>
    [[nodiscard]] static std::unique_ptr<Base> make(const Node& settings) {
        if constexpr (std::is_base_of_v<Base, Stage>)
            return std::make_unique<Stage>(read(settings));
        else
            return nullptr;
    }
    [[nodiscard]] static auto read(const Node& settings) {
        Diagnostics diagnostics;
        auto options = Stage::options().parse(settings, diagnostics);
        if (!diagnostics.empty()) throw Error(diagnostics.list().front().message);
        return options;
    }

    PluginInfo info_ = Stage::info();
};

}  // namespace roost

/// Exports the stage class `StageClass` as this shared object's plugin. Once a shared object.
#define ROOST_PLUGIN(StageClass)                                                                           \
    extern "C" __attribute__((visibility("default"))) const roost::PluginDescriptor* roost_plugin_v1() {   \
        static const roost::StageFactory<StageClass> factory;                                              \
        static const roost::PluginDescriptor descriptor{roost::abiNumber, sizeof(roost::PluginDescriptor), \
                                                        roost::toolchainStamp, &factory};                  \
        return &descriptor;                                                                                \
    }
