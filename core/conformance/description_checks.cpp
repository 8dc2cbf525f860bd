// What is asked of every plugin: what it says of itself, and how it takes settings.
#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>

#include "conformance/bench.hpp"
#include "conformance/yaml_text.hpp"
#include "pipeline/plugin_choice.hpp"

namespace roost::conformance {

namespace {

/// A place that no option of the user's has.
constexpr Position triedAt{1'000'000, 1};

bool isWord(std::string_view text, std::string_view more) {
    return !text.empty() && std::ranges::all_of(text, [&](unsigned char c) {
        return std::islower(c) != 0 || std::isdigit(c) != 0 || more.find(static_cast<char>(c)) != more.npos;
    });
}

bool isOneLine(const std::string& text) {
    return !text.empty() && std::ranges::none_of(text, [](unsigned char c) { return c < ' '; });
}

void checkManifest(Bench& bench) {
    std::filesystem::path file = bench.library();
    file.replace_extension(".json");
    require(std::filesystem::exists(file),
            "there is no " + file.filename().string() +
                " beside it; roost_add_plugin() writes one, or roost-manifest");
    const Manifest told = readManifest(file);
    const PluginInfo& info = bench.factory().info();
    const auto same = [](const std::string& what, const std::string& own, const std::string& manifest) {
        require(own == manifest, "its " + what + " is '" + own + "', the manifest has '" + manifest +
                                     "'; run roost-manifest again");
    };
    same("name", info.name, told.info.name);
    same("kind", std::string(name(bench.factory().kind())), std::string(name(told.kind)));
    same("version", info.version, told.info.version);
    same("description", info.description, told.info.description);
    same("role", info.role, told.info.role);
    require(info.serves == told.info.serves,
            "what it serves is not what the manifest has; run roost-manifest again");
    same("ABI", std::to_string(bench.descriptor().abi), std::to_string(told.abi));
    same("toolchain", bench.descriptor().toolchain, told.toolchain);
}

void checkInfo(Bench& bench) {
    const PluginInfo& info = bench.factory().info();
    require(isWord(info.name, "-"),
            "its name '" + info.name + "' has more than lower case letters, digits and '-'");
    require(std::isdigit(static_cast<unsigned char>(info.version.front())) != 0,
            "its version '" + info.version + "' does not begin with a number");
    require(isOneLine(info.description), "its description is not one line");
    if (bench.factory().kind() == PluginKind::transform)
        require(info.role == info.name, "a transform's role is its own name, not '" + info.role + "'");
    require(isWord(info.role, "-"),
            "its role '" + info.role + "' has more than lower case letters, digits and '-'");
    for (const std::string& word : info.serves)
        require(isWord(word, "+-."), "it serves '" + word + "', which is no scheme or format");
    require(std::set(info.serves.begin(), info.serves.end()).size() == info.serves.size(),
            "it serves one thing twice");
}

/// True for a name that says that its value is a secret; the name of a column or table that holds some is
/// none.
bool namesSecret(std::string_view option) {
    constexpr std::array words{"password", "passwd",     "passphrase",  "secret",     "token", "credentials",
                               "api-key",  "access-key", "private-key", "secret-key", "key"};
    return std::ranges::any_of(words, [&](std::string_view word) {
        return option == word || (word != "key" && option.ends_with("-" + std::string(word)));
    });
}

void checkSpec(const OptionSpec& spec, const std::string& shown) {
    require(isWord(spec.name, "-"),
            "option '" + shown + "' has more than lower case letters, digits and '-' in its name");
    require(!spec.help.empty(), "option '" + shown + "' has no help");
    require(spec.type != OptionType::choice || !spec.choices.empty(),
            "option '" + shown + "' has no choices");
    require(!spec.minimum || !spec.maximum || *spec.minimum <= *spec.maximum,
            "option '" + shown + "' has a range that nothing lies in");
    if (spec.type == OptionType::text && namesSecret(spec.name))
        require(spec.secret,
                "option '" + shown + "' is called like a secret and not marked as one (.secret())");
    std::set<std::string> names;
    for (const OptionSpec& member : spec.members) {
        require(names.insert(member.name).second,
                "option '" + shown + "' has two members '" + member.name + "'");
        checkSpec(member, shown + "[]." + member.name);
    }
}

/// What the plugin says to a value of one option, in one line; "" where it takes it.
std::string complaint(const Bench& bench, const OptionSpec& spec, const Node& value) {
    Node options = bench.options();
    setMember(options, spec.name, value);
    Diagnostics diagnostics;
    bench.factory().check(options, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.list())
        if (diagnostic.position == triedAt) return diagnostic.message;
    return {};
}

/// A default or an example, as it stands in a definition: only what has parts is YAML of its own.
Node written(const OptionSpec& spec, const std::string& text) {
    const bool hasParts =
        spec.type == OptionType::list || spec.type == OptionType::map || spec.type == OptionType::records;
    return hasParts ? yamlValue(text, triedAt) : textValue(text, triedAt);
}

void checkOptions(Bench& bench) {
    std::set<std::string> names;
    const std::string& role = bench.factory().info().role;
    for (const OptionSpec& spec : bench.factory().options()) {
        require(names.insert(spec.name).second, "it has two options '" + spec.name + "'");
        const bool core = spec.name == "plugin" || (spec.name == "name" && role != databaseRole) ||
                          (spec.name == "format" && role == archiveRole);
        require(!core, "option '" + spec.name + "' is the core's own: the plugin never sees it");
        checkSpec(spec, spec.name);
        bench.doing("option '" + spec.name + "' was looked at");
        const std::string both[] = {spec.defaultValue, spec.example};
        for (const std::string& text : both) {
            // A reference is filled in before the plugin sees it.
            if (text.empty() || text.find("${") != std::string::npos) continue;
            const std::string said = complaint(bench, spec, written(spec, text));
            require(said.empty(), "option '" + spec.name + "': its own " +
                                      (&text == &both[0] ? "default '" : "example '") + text +
                                      "' is refused: " + said);
        }
    }
}

void checkUnknownOption(Bench& bench) {
    const std::vector<OptionSpec>& specs = bench.factory().options();
    const auto longest =
        std::ranges::max_element(specs, {}, [](const OptionSpec& spec) { return spec.name.size(); });
    const std::string wrong = longest == specs.end() ? "nonsense" : longest->name + "x";
    Node options = bench.options();
    setMember(options, wrong, textValue("1", triedAt));
    Diagnostics diagnostics;
    static_cast<void>(bench.settingsOf(options, diagnostics));
    const auto found = std::ranges::find_if(diagnostics.list(), [&](const Diagnostic& diagnostic) {
        return diagnostic.message.find("unknown option '" + wrong + "'") != std::string::npos;
    });
    require(found != diagnostics.list().end(), "an option '" + wrong + "' that it does not have is taken");
    if (longest != specs.end() && longest->name.size() > 3)
        require(found->suggestion.find("'" + longest->name + "'") != std::string::npos,
                "an option '" + wrong + "' is refused without a word of '" + longest->name + "'");
}

/// What a user may write by mistake, or to see what happens.
std::vector<std::pair<std::string, Node>> oddValues() {
    Node mapping;
    mapping.kind = Node::Kind::mapping;
    setMember(mapping, "a", textValue("b", triedAt));
    Node nested;
    nested.kind = Node::Kind::sequence;
    nested.items = {textValue("a", triedAt), mapping, Node{}};
    std::vector<std::pair<std::string, Node>> odd{
        {"nothing", Node{}}, {"a mapping", mapping}, {"a list of all kinds", nested}};
    for (const char* text : {"",     " ",   "-1", "0",       "999999999999999999999999",
                             "1e9",  "NaN", "x",  "true",    "*",
                             "[",    "a:b", "/",  "../..",   "\xff\xfe",
                             "%s%n", "'",   ";",  "scheme:", "://"})
        odd.emplace_back("'" + std::string(text) + "'", textValue(text, triedAt));
    odd.emplace_back("a text with a NUL", textValue(std::string("a\0b", 3), triedAt));
    odd.emplace_back("a text of a MiB", textValue(std::string(std::size_t{1} << 20U, 'x'), triedAt));
    for (auto& [shown, node] : odd) node.position = triedAt;
    return odd;
}

void make(const PluginFactory& factory, const Node& settings) {
    try {
        switch (factory.kind()) {
            case PluginKind::source:
                static_cast<void>(factory.makeSource(settings));
                break;
            case PluginKind::transform:
                static_cast<void>(factory.makeTransform(settings));
                break;
            case PluginKind::sink:
                static_cast<void>(factory.makeSink(settings));
        }
    } catch (const std::exception& error) {  // a constructor may refuse what check() let pass
        require(*error.what() != '\0', "its constructor threw an exception that says nothing");
    }
}

void checkBadSettings(Bench& bench) {
    for (const OptionSpec& spec : bench.factory().options())
        for (const auto& [shown, value] : oddValues()) {
            bench.doing("option '" + spec.name + "' was given " + shown);
            Node options = bench.options();
            setMember(options, spec.name, value);
            Diagnostics diagnostics;
            const Node settings = bench.settingsOf(options, diagnostics);
            for (const Diagnostic& diagnostic : diagnostics.list())
                require(!diagnostic.message.empty(),
                        "what is wrong with option '" + spec.name + "' is not said");
            if (diagnostics.empty()) make(bench.factory(), settings);
        }
}

}  // namespace

std::vector<Check> descriptionChecks() {
    return {
        {"manifest", "the manifest beside the library says what the library says", checkManifest},
        {"info", "name, version, description, role and what it serves are well-formed", checkInfo},
        {"options", "options have help, defaults and examples that it takes itself, and secrets are marked",
         checkOptions},
        {"unknown-option", "an unknown option is refused with the nearest name", checkUnknownOption},
        {"bad-settings", "no value of an option ends it otherwise than with a message", checkBadSettings}};
}

std::vector<Check> checksFor(PluginKind kind) {
    std::vector<Check> checks = descriptionChecks();
    std::vector<Check> own = kind == PluginKind::source      ? sourceChecks()
                             : kind == PluginKind::transform ? transformChecks()
                                                             : sinkChecks();
    std::ranges::move(own, std::back_inserter(checks));
    return checks;
}

}  // namespace roost::conformance
