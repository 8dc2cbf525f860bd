#include "cli/pipeline_scaffold.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/option_text.hpp"
#include "pipeline/plugin_choice.hpp"
#include "pipeline/yaml_rules.hpp"
#include "roost/diagnostic.hpp"
#include "roost/error.hpp"

namespace roost::cli {

namespace {

constexpr std::size_t commentWidth = 96;

std::string upper(std::string_view text) {
    std::string result;
    for (const char c : text)
        result += std::isalnum(static_cast<unsigned char>(c)) != 0
                      ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
                      : '_';
    return result;
}

/// As it has to stand behind "key: ". Lists and mappings are given in YAML already.
std::string yamlValue(std::string_view text, OptionType type) {
    const bool structure = type == OptionType::list || type == OptionType::map || type == OptionType::records;
    if (structure && (text.starts_with('[') || text.starts_with('{'))) return std::string(text);
    constexpr std::string_view special = "!&*?|>@`\"'%#{}[],-:";
    const bool plain =
        !text.empty() && (special.find(text.front()) == std::string_view::npos || text == "-") &&
        text.find(": ") == std::string_view::npos && text.find(" #") == std::string_view::npos &&
        text.find('\n') == std::string_view::npos && !text.ends_with(':') && !text.ends_with(' ') &&
        !guessOf(text) && !isNullWord(text, 0) && text != "-";
    if (plain) return std::string(text);
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? "''" : std::string(1, c);
    return quoted + "'";
}

/// The plugins that one stage may come to: a named one, or all of a role.
struct StageChoice {
    std::string word;
    PluginKind kind = PluginKind::source;
    std::vector<const PluginFactory*> plugins;

    [[nodiscard]] bool isRole() const { return plugins.front()->info().name != word; }
};

class Scaffold {
public:
    explicit Scaffold(PluginRegistry& registry) : registry_(registry) {}

    std::string write(const std::string& name, ScaffoldStages stages) {
        if (stages.sources.empty())
            for (const std::string_view role : {databaseRole, storageRole})
                if (!ofRole(PluginKind::source, role).empty()) stages.sources.emplace_back(role);
        if (stages.sinks.empty() && !ofRole(PluginKind::sink, archiveRole).empty())
            stages.sinks.emplace_back(archiveRole);
        if (stages.sources.empty() || stages.sinks.empty())
            throw Error(std::string("no ") + (stages.sources.empty() ? "source" : "sink") +
                            " is installed for a start",
                        "name one with --source and --sink, or see 'roost plugins'");
        out_ =
            "# A pipeline for roost. Check it with: roost check FILE, run it with: roost run FILE\n"
            "# Lines that begin with '# ' and a key are options with their defaults: remove the '# ' to set "
            "them.\n"
            "# ${NAME} comes from --set NAME=VALUE, from 'vars', from the environment, or from the file "
            "that\n"
            "# NAME_FILE names; ${NAME:-default} has a default.\n"
            "roost: 1\n"
            "name: " +
            yamlValue(name, OptionType::text) +
            "\n"
            "description: What this pipeline is for\n"
            "vars:\n"
            "  data_dir: ${DATA_DIR:-/data}\n";
        writeList("sources", PluginKind::source, stages.sources);
        writeList("transforms", PluginKind::transform, stages.transforms);
        writeList("sinks", PluginKind::sink, stages.sinks);
        return std::move(out_);
    }

private:
    [[nodiscard]] std::vector<const PluginFactory*> ofRole(PluginKind kind, std::string_view role) {
        std::vector<const PluginFactory*> found;
        for (const Manifest& manifest : registry_.manifests())
            if (manifest.kind == kind && manifest.info.role == role)
                found.push_back(&registry_.load(manifest));
        return found;
    }

    StageChoice choose(PluginKind kind, const std::string& word) {
        StageChoice choice{word, kind, {}};
        if (const Manifest* named = registry_.findNamed(kind, word))
            choice.plugins.push_back(&registry_.load(*named));
        else
            choice.plugins = ofRole(kind, word);
        if (!choice.plugins.empty()) return choice;
        std::vector<std::string> known;
        for (const Manifest& manifest : registry_.manifests())
            if (manifest.kind == kind) known.insert(known.end(), {manifest.info.name, manifest.info.role});
        const std::string near = nearest(word, known);
        throw Error("there is no " + std::string(roost::name(kind)) + " '" + word + "'" +
                        (near.empty() ? "" : "; did you mean '" + near + "'?"),
                    "'roost plugins' lists what is installed");
    }

    void writeList(const std::string& key, PluginKind kind, const std::vector<std::string>& words) {
        if (words.empty()) return;
        out_ += "\n" + key + ":\n";
        for (const std::string& word : words) writeStage(choose(kind, word));
    }

    void comment(const std::string& text) {
        for (const std::string& line : wrapped(text, commentWidth)) out_ += "    # " + line + "\n";
    }

    void writeStage(const StageChoice& choice) {
        out_ += "  - plugin: " + choice.word + "\n";
        for (const PluginFactory* plugin : choice.plugins)
            comment(plugin->info().name + " - " + plugin->info().description);
        if (choice.plugins.size() > 1)
            comment("The url's scheme picks one of them. Each has more options: see roost plugins NAME.");
        for (const OptionSpec& option : choice.plugins.front()->options())
            if (sharedByAll(choice, option)) writeOption(choice, option);
    }

    static bool sharedByAll(const StageChoice& choice, const OptionSpec& option) {
        return std::ranges::all_of(choice.plugins, [&](const PluginFactory* plugin) {
            return std::ranges::any_of(plugin->options(), [&](const OptionSpec& other) {
                return other.name == option.name && other.type == option.type;
            });
        });
    }

    void writeOption(const StageChoice& choice, const OptionSpec& option) {
        const std::string end = option.help.ends_with('.') ? " " : ". ";
        comment(option.help + end + "Takes " + takenBy(option) + (option.required ? "; required." : "."));
        commentMembers(option.members, "  ");
        if (option.required) {
            out_ += "    " + option.name + ": " + requiredValue(choice, option) + "\n";
            return;
        }
        const std::string& shown = option.defaultValue.empty() ? option.example : option.defaultValue;
        out_ +=
            "    # " + option.name + ":" + (shown.empty() ? "" : " " + yamlValue(shown, option.type)) + "\n";
    }

    /// What each record of an option takes.
    void commentMembers(const std::vector<OptionSpec>& members, const std::string& margin) {
        for (const OptionSpec& member : members) {
            const std::string end = member.help.ends_with('.') ? " " : ". ";
            const std::string text = "- " + member.name + " - " + member.help + end + "Takes " +
                                     takenBy(member) + (member.required ? "; required." : ".");
            std::string lead = margin;
            for (const std::string& line : wrapped(text, commentWidth - margin.size() - 2)) {
                out_ += "    # " + lead + line + "\n";
                lead = margin + "  ";
            }
            commentMembers(member.members, margin + "    ");
        }
    }

    /// An example where one plugin alone is meant, else a variable whose default is the first one's example:
    /// what was just written must pass `roost check`.
    static std::string requiredValue(const StageChoice& choice, const OptionSpec& option) {
        const bool oneOnly = choice.plugins.size() == 1;
        if (oneOnly && !option.example.empty() && !option.secret)
            return yamlValue(option.example, option.type);
        std::string example;
        if (!option.secret)
            for (const PluginFactory* plugin : choice.plugins)
                for (const OptionSpec& other : plugin->options())
                    if (example.empty() && other.name == option.name &&
                        other.example.find_first_of("${}") == std::string::npos)
                        example = other.example;
        const std::string variable = upper(choice.word) + "_" + upper(option.name);
        return yamlValue("${" + variable + (example.empty() ? "" : ":-" + example) + "}", OptionType::text);
    }

    PluginRegistry& registry_;
    std::string out_;
};

}  // namespace

std::string scaffoldPipeline(const std::string& name, ScaffoldStages stages, PluginRegistry& registry) {
    return Scaffold(registry).write(name, std::move(stages));
}

}  // namespace roost::cli
