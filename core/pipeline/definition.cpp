#include "pipeline/definition.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string_view>
#include <utility>

#include "pipeline/stage_context.hpp"
#include "pipeline/utf8.hpp"
#include "roost/error.hpp"

namespace roost {

namespace {

constexpr int formatVersion = 1;
constexpr std::size_t longestName = 100;
constexpr std::array<std::string_view, 8> topLevelKeys{"roost",  "name",    "description", "vars",
                                                       "before", "sources", "transforms",  "sinks"};

std::pair<std::uint32_t, std::uint32_t> inOrder(Position position) {
    return {position.line, position.column};
}

std::string didYouMean(std::string_view word, const std::vector<std::string>& candidates) {
    const std::string near = nearest(word, candidates);
    return near.empty() ? "" : "did you mean '" + near + "'?";
}

/// Reads one definition's tree; see loadDefinition().
class DefinitionReader {
public:
    DefinitionReader(const Node& root, Definition& definition, Diagnostics& diagnostics)
        : root_(root), definition_(definition), diagnostics_(diagnostics) {}

    void read() {
        refuseUnknownKeys();
        readFormat();
        readName();
        if (const auto text = readText("description")) definition_.description = *text;
        readBefore();
        definition_.sources = readStages("sources", PluginKind::source, true);
        definition_.transforms = readStages("transforms", PluginKind::transform, false);
        definition_.sinks = readStages("sinks", PluginKind::sink, true);
    }

private:
    void error(const Node& node, std::string message, std::string suggestion = {}) {
        diagnostics_.error(node.position, std::move(message), countCharacters(node.scalar),
                           std::move(suggestion));
    }

    void refuseUnknownKeys() {
        const std::vector<std::string> known(topLevelKeys.begin(), topLevelKeys.end());
        for (const auto& [key, value] : root_.members) {
            if (std::ranges::find(known, key.scalar) != known.end()) continue;
            Diagnostic diagnostic{key.position,
                                  "unknown key '" + key.scalar + "'",
                                  countCharacters(key.scalar),
                                  didYouMean(key.scalar, known),
                                  {}};
            std::string note = "a definition has: ";
            for (std::size_t i = 0; i < known.size(); ++i) note += (i == 0 ? "" : ", ") + known[i];
            diagnostic.notes.push_back(std::move(note));
            diagnostics_.add(std::move(diagnostic));
        }
    }

    /// The text of a top-level key; nothing where it is missing, of another kind (reported) or unresolved.
    std::optional<std::string> readText(std::string_view key) {
        const Node* node = root_.find(key);
        if (node == nullptr || node->kind == Node::Kind::null || isUnresolved(definition_, *node))
            return std::nullopt;
        if (node->isScalar()) return node->scalar;
        error(*node, "'" + std::string(key) + "' is text, not " + std::string(node->describe()));
        return std::nullopt;
    }

    void readFormat() {
        const Node* node = root_.find("roost");
        if (node == nullptr) {
            diagnostics_.error(root_.position, "missing key 'roost'", 0, "begin with 'roost: 1'");
            return;
        }
        if (isUnresolved(definition_, *node)) return;
        int number = 0;
        const std::string& text = node->scalar;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
        const bool isNumber = node->isScalar() && end == text.data() + text.size() && !text.empty();
        if (isNumber && failure == std::errc{} && number == formatVersion) return;
        if (isNumber && (failure == std::errc::result_out_of_range || number > formatVersion))
            error(*node, "this definition needs a newer roost: it is of format " + text +
                             ", this one reads format 1");
        else
            error(*node, "'roost' is the version of the format", "write 'roost: 1'");
    }

    void readName() {
        const Node* node = root_.find("name");
        if (node == nullptr || node->kind == Node::Kind::null) {
            diagnostics_.error(node == nullptr ? root_.position : node->position, "missing key 'name'", 0,
                               "such as 'name: full-backup'");
            return;
        }
        const auto text = readText("name");
        if (!text) return;
        const bool good =
            !text->empty() && text->size() <= longestName && std::ranges::all_of(*text, [](unsigned char c) {
                return std::isalnum(c) != 0 || c == '-' || c == '_';
            });
        if (good)
            definition_.name = *text;
        else
            error(*node,
                  "'name' is made of letters, digits, '-' and '_', at most 100 of them, not '" + *text + "'");
    }

    void readBefore() {
        const Node* node = root_.find("before");
        if (node != nullptr && node->kind == Node::Kind::mapping) return readBeforeMapping(*node);
        const auto text = readText("before");
        if (!text || text->empty()) return;  // an empty one counts as not given
        setBefore(*node, *text);
    }

    void setBefore(const Node& node, const std::string& file) {
        definition_.beforePosition = node.position;
        definition_.before = definition_.source.file().parent_path() / file;
    }

    /// {pipeline: FILE, when: TEXT, when-replacing: BOOLEAN, set: {NAME: VALUE}}
    void readBeforeMapping(const Node& before) {
        const std::vector<std::string> known{"pipeline", "when", "when-replacing", "set"};
        for (const auto& [key, value] : before.members)
            if (std::ranges::find(known, key.scalar) == known.end())
                diagnostics_.add({key.position,
                                  "unknown key '" + key.scalar + "' in 'before'",
                                  countCharacters(key.scalar),
                                  didYouMean(key.scalar, known),
                                  {"'before' has: pipeline, when, when-replacing, set"}});
        const Node* pipeline = before.find("pipeline");
        const Node* when = before.find("when");
        const Node* set = before.find("set");
        if (pipeline == nullptr || !pipeline->isScalar() || pipeline->scalar.empty()) {
            error(pipeline == nullptr ? before : *pipeline, "'before' names no definition",
                  "write 'pipeline: FILE'");
            return;
        }
        if (when != nullptr && when->kind != Node::Kind::null && !when->isScalar())
            return error(*when, "'when' is text, not " + std::string(when->describe()));
        if (const Node* replacing = before.find("when-replacing")) readWhenReplacing(*replacing);
        if (set != nullptr) readBeforeSet(*set);
        if (isUnresolved(definition_, *pipeline) || (when != nullptr && isUnresolved(definition_, *when)))
            return;
        if (when != nullptr && when->scalar.empty()) return;
        setBefore(*pipeline, pipeline->scalar);
    }

    void readWhenReplacing(const Node& node) {
        if (node.kind == Node::Kind::null || isUnresolved(definition_, node)) return;
        OptionSpec spec;
        spec.name = "when-replacing";
        spec.type = OptionType::boolean;
        definition_.beforeWhenReplacing = option_values::boolean(node, spec, diagnostics_).value_or(false);
    }

    void readBeforeSet(const Node& set) {
        if (set.kind != Node::Kind::mapping)
            return error(set, "'set' is a mapping of names to values, not " + std::string(set.describe()));
        definition_.beforeSetPosition = set.position;
        for (const auto& [key, value] : set.members) {
            if (!value.isScalar())
                error(value, "a variable's value is text, not " + std::string(value.describe()));
            else if (!isUnresolved(definition_, value))
                definition_.beforeSet[key.scalar] = value.scalar;
        }
    }

    std::vector<StageDefinition> readStages(std::string_view key, PluginKind kind, bool required) {
        const std::string shown(key);
        const std::string one = shown.substr(0, shown.size() - 1);
        std::vector<StageDefinition> stages;
        const Node* list = root_.find(key);
        if (list == nullptr) {
            if (required)
                diagnostics_.error(root_.position, "missing key '" + shown + "'", 0,
                                   "a pipeline has at least one " + one);
            return stages;
        }
        if (list->kind == Node::Kind::null || (list->kind == Node::Kind::sequence && list->items.empty())) {
            if (required)
                diagnostics_.error(list->position, "'" + shown + "' is empty", key.size(),
                                   "a pipeline has at least one " + one);
            return stages;
        }
        if (list->kind != Node::Kind::sequence) {
            error(*list, "'" + shown + "' is a list of stages, not " + std::string(list->describe()),
                  list->kind == Node::Kind::mapping ? "put '- ' before its first key" : "");
            return stages;
        }
        for (const Node& item : list->items)
            if (auto stage = readStage(item, kind)) stages.push_back(std::move(*stage));
        return stages;
    }

    std::optional<StageDefinition> readStage(const Node& item, PluginKind kind) {
        if (item.kind != Node::Kind::mapping) {
            error(item, "a stage is a mapping, not " + std::string(item.describe()),
                  item.isScalar() ? "write 'plugin: " + item.scalar + "'" : "");
            return std::nullopt;
        }
        const Node* plugin = item.find("plugin");
        if (plugin == nullptr || plugin->kind == Node::Kind::null ||
            (plugin->isScalar() && plugin->scalar.empty())) {
            std::vector<std::string> keys;
            for (const auto& [key, value] : item.members) keys.push_back(key.scalar);
            const std::string near = plugin == nullptr ? nearest("plugin", keys) : "";
            diagnostics_.error(
                plugin == nullptr ? item.position : plugin->position, "missing key 'plugin'", 0,
                near.empty() ? "a stage begins with 'plugin: NAME'" : "is '" + near + "' meant as 'plugin'?");
            return std::nullopt;
        }
        if (!plugin->isScalar()) {
            error(*plugin, "'plugin' is text, not " + std::string(plugin->describe()));
            return std::nullopt;
        }
        if (isUnresolved(definition_, *plugin)) return std::nullopt;
        StageDefinition stage{kind, plugin->scalar, plugin->position, item, item.position};
        std::erase_if(stage.settings.members,
                      [](const auto& member) { return member.first.scalar == "plugin"; });
        return stage;
    }

    const Node& root_;
    Definition& definition_;
    Diagnostics& diagnostics_;
};

/// Expands everything but the keys; `vars` and `name` are known to the interpolation by their text.
void interpolate(Node& root, Definition& definition, const SetValues& set, Diagnostics& diagnostics) {
    const Node* vars = root.find("vars");
    if (vars != nullptr && vars->kind != Node::Kind::mapping && vars->kind != Node::Kind::null) {
        diagnostics.error(vars->position,
                          "'vars' is a mapping of names to texts, not " + std::string(vars->describe()),
                          countCharacters(vars->scalar));
        vars = nullptr;
    }
    if (vars != nullptr) definition.vars = *vars;
    std::chrono::system_clock::time_point time;
    try {
        time = runStartTime();
    } catch (const Error& error) {
        diagnostics.error({}, error.what());
    }
    Interpolation interpolation(set, vars, root.find("name"), definition.source, definition.scalars, time,
                                diagnostics);
    for (auto& [key, value] : root.members)
        if (key.scalar != "vars") interpolation.expand(value);
    interpolation.expandVars();
    definition.unresolved = interpolation.unresolved();
    std::ranges::sort(definition.unresolved, {}, inOrder);
    definition.references = interpolation.references();
    definition.isReadable = true;
    definition.variableNames = interpolation.names();
}

}  // namespace

std::string variableOf(const Definition& definition, const Node& node) {
    if (!node.isScalar()) return {};
    const auto found =
        std::ranges::find(definition.references, node.position, &std::pair<Position, std::string>::first);
    return found == definition.references.end() ? "" : found->second;
}

bool isUnresolved(const Definition& definition, const Node& node) {
    return node.isScalar() &&
           std::ranges::binary_search(definition.unresolved, inOrder(node.position), {}, inOrder);
}

Definition loadDefinition(const std::filesystem::path& file, const SetValues& set, Diagnostics& diagnostics) {
    Definition definition;
    try {
        definition.source = SourceText::read(file);
    } catch (const Error& error) {
        definition.source = SourceText(file, "");
        diagnostics.error({}, error.what());
        return definition;
    }
    YamlDocument document = readYaml(definition.source, diagnostics);
    if (!document.complete) return definition;
    definition.scalars = std::move(document.scalars);
    Node& root = document.root;
    if (root.kind == Node::Kind::null) {
        diagnostics.error({}, "it holds no definition; one begins with 'roost: 1' (see roost new pipeline)");
        return definition;
    }
    if (root.kind != Node::Kind::mapping) {
        diagnostics.error(root.position, "a definition is a mapping, not " + std::string(root.describe()), 0,
                          "begin with 'roost: 1'");
        return definition;
    }
    interpolate(root, definition, set, diagnostics);
    DefinitionReader(root, definition, diagnostics).read();
    return definition;
}

}  // namespace roost
