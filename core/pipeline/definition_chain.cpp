#include "pipeline/definition_chain.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <system_error>
#include <utility>

namespace roost {

namespace {

namespace fs = std::filesystem;

/// The same file has one name, however it is reached.
fs::path identity(const fs::path& file) {
    std::error_code error;
    fs::path path = fs::weakly_canonical(file, error);
    return error ? file : path;
}

class ChainReader {
public:
    ChainReader(const SetValues& set, PluginRegistry& registry)
        : given_(set), set_(set), registry_(registry) {}

    std::vector<CheckedDefinition> read(const fs::path& first) {
        std::vector<CheckedDefinition> chain;
        std::vector<fs::path> files;
        std::optional<fs::path> next = first;
        while (next) {
            files.push_back(*next);
            CheckedDefinition checked = load(*next);
            if (!chain.empty()) refuseUnusedBeforeSet(chain.back(), checked);
            for (const auto& [name, value] : checked.definition.beforeSet) set_[name] = value;
            next.reset();
            if (const auto& before = checked.definition.before) {
                const auto again = std::ranges::find(files, identity(*before), identity);
                if (again != files.end())
                    refuseCircle(checked, {again, files.end()});
                else if (const std::string problem = problemOf(*before); !problem.empty())
                    checked.diagnostics.error(checked.definition.beforePosition,
                                              "'before' names " + before->string() + ": " + problem);
                else
                    next = before;
            }
            chain.push_back(std::move(checked));
        }
        refuseUnusedNames(chain);
        std::ranges::reverse(chain);
        return chain;
    }

private:
    CheckedDefinition load(const fs::path& file) {
        CheckedDefinition checked;
        checked.definition = loadDefinition(file, set_, checked.diagnostics);
        checked.pipeline = resolve(checked.definition, registry_, checked.diagnostics);
        return checked;
    }

    static std::string problemOf(const fs::path& file) {
        std::error_code error;
        const fs::file_status status = fs::status(file, error);
        if (status.type() == fs::file_type::not_found) return "there is no such file";
        if (error) return error.message();
        return fs::is_directory(status) ? "it is a folder, not a definition" : "";
    }

    static void refuseCircle(CheckedDefinition& checked, const std::vector<fs::path>& circle) {
        std::string shown;
        for (const fs::path& file : circle) shown += file.filename().string() + " -> ";
        checked.diagnostics.error(checked.definition.beforePosition,
                                  "'before' runs in a circle: " + shown + circle.front().filename().string());
    }

    static void refuseUnusedBeforeSet(CheckedDefinition& after, const CheckedDefinition& before) {
        if (!before.definition.isReadable) return;
        for (const auto& [name, value] : after.definition.beforeSet)
            if (!before.definition.variableNames.contains(name))
                after.diagnostics.error(after.definition.beforeSetPosition,
                                        "'before' sets '" + name + "', which " +
                                            before.definition.source.file().filename().string() +
                                            " does not use");
    }

    /// A name that nothing asks for is a typing error, which must not pass in silence.
    void refuseUnusedNames(std::vector<CheckedDefinition>& chain) {
        std::set<std::string> names;
        for (const CheckedDefinition& checked : chain) {
            if (!checked.definition.isReadable) return;  // its names are not known
            names.insert(checked.definition.variableNames.begin(), checked.definition.variableNames.end());
        }
        const std::vector<std::string> known(names.begin(), names.end());
        std::string list;
        for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
        for (const auto& [name, value] : given_) {
            if (names.contains(name)) continue;
            const std::string near = nearest(name, known);
            chain.front().diagnostics.add({{},
                                           "--set gives '" + name + "', which the definition does not use",
                                           0,
                                           near.empty() ? "" : "did you mean '" + near + "'?",
                                           {known.empty() ? "it uses no variables" : "it uses: " + list}});
        }
    }

    const SetValues& given_;
    SetValues set_;  ///< what the definition that is read next gets
    PluginRegistry& registry_;
};

}  // namespace

std::vector<CheckedDefinition> checkDefinitions(const fs::path& file, const SetValues& set,
                                                PluginRegistry& registry) {
    return ChainReader(set, registry).read(file);
}

}  // namespace roost
