#include "pipeline/plugin_choice.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <vector>

#include "pipeline/utf8.hpp"
#include "roost/error.hpp"
#include "roost/location.hpp"

namespace roost {

namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

/// Endings by which people tell archives apart; a name with one of them is no slip of somebody who wants the
/// usual format.
constexpr std::array<std::string_view, 15> foreignEndings{
    "7z", "rar", "tar", "xz", "txz", "zst", "tzst", "bz2", "tbz", "tbz2", "lz4", "lzma", "lz", "z", "age"};
/// Endings that promise an encryption which nothing here writes; what they hold may be readable all the same.
constexpr std::array<std::string_view, 4> unwrittenEndings{"asc", "enc", "aes", "crypt"};
/// Behind these, the ending in front of them tells the format.
constexpr std::array<std::string_view, 2> encryptedEndings{".gpg", ".pgp"};

bool isRole(std::string_view word) {
    return word == databaseRole || word == storageRole || word == archiveRole;
}

class PluginChoice {
public:
    PluginChoice(const Definition& definition, const StageDefinition& stage, const PluginRegistry& registry,
                 Diagnostics& diagnostics)
        : definition_(definition),
          stage_(stage),
          registry_(registry),
          diagnostics_(diagnostics),
          kind_(name(stage.kind)) {}

    const Manifest* choose() {
        try {
            if (stage_.kind != PluginKind::transform) {
                if (stage_.plugin == archiveRole) return byFormat();
                if (isRole(stage_.plugin)) return byScheme(schemeOrDriver());
            }
            return byName();
        } catch (const Error& error) {
            Diagnostic diagnostic = atPlugin(error.what());
            if (!error.hint().empty()) diagnostic.notes.push_back(error.hint());
            diagnostics_.add(std::move(diagnostic));
            return nullptr;
        }
    }

private:
    /// A scheme with the node that names it; nothing where a diagnostic was given or is not needed.
    using Scheme = std::optional<std::pair<std::string, const Node*>>;

    [[nodiscard]] const Node* setting(std::string_view key) const { return stage_.settings.find(key); }

    [[nodiscard]] Diagnostic atPlugin(std::string message) const {
        return {stage_.pluginPosition, std::move(message), countCharacters(stage_.plugin), {}, {}};
    }
    void missing(const std::string& what, std::string note = {}) {
        Diagnostic diagnostic{stage_.position,
                              "missing option " + what + " for " + kind_ + " '" + stage_.plugin + "'",
                              0,
                              {},
                              {}};
        if (!note.empty()) diagnostic.notes.push_back(std::move(note));
        diagnostics_.add(std::move(diagnostic));
    }

    const Manifest* byName() {
        const Manifest* found = registry_.findNamed(stage_.kind, stage_.plugin);
        if (found == nullptr) {
            unknownName();
            return nullptr;
        }
        return servesTheUrl(*found) ? found : nullptr;
    }

    /// A plugin that was named is not asked to read what another one serves.
    bool servesTheUrl(const Manifest& manifest) {
        const std::string& role = manifest.info.role;
        const bool archive = role == archiveRole;
        const Node* node = setting(archive ? "format" : "url");
        if (!isRole(role) || !isGiven(node)) return true;
        std::string word = node->scalar;
        if (!archive) {
            const auto scheme = schemeOf(*node);
            if (!scheme) return isUnresolved(definition_, *node);
            word = scheme->first;
        } else if (isUnresolved(definition_, *node)) {
            return true;
        }
        const auto& serves = manifest.info.serves;
        if (std::ranges::find(serves, word) != serves.end()) return true;
        diagnostics_.add({node->position,
                          "plugin '" + manifest.info.name + "' does not serve " + quoted(word, archive),
                          countCharacters(node->scalar),
                          {},
                          {"it serves: " + joined(serves)}});
        return false;
    }

    static std::string quoted(const std::string& word, bool archive) {
        return archive ? "the format '" + word + "'" : "'" + word + ":'";
    }

    Scheme schemeOf(const Node& node) {
        try {
            return std::pair(Location::parse(node.scalar).scheme(), &node);
        } catch (const Error& error) {
            if (!isUnresolved(definition_, node))
                diagnostics_.error(node.position, error.what(), countCharacters(node.scalar));
            return std::nullopt;
        }
    }

    bool isText(std::string_view key, const Node& node) {
        if (node.isScalar() || node.kind == Node::Kind::null) return true;
        diagnostics_.error(node.position,
                           "'" + std::string(key) + "' is text, not " + std::string(node.describe()));
        return false;
    }

    Scheme schemeOrDriver() {
        const Node* url = setting("url");
        if (isGiven(url)) return schemeOf(*url);
        if (url != nullptr && !isText("url", *url)) return std::nullopt;
        const Node* driver = setting("driver");
        if (isGiven(driver)) {
            if (isUnresolved(definition_, *driver)) return std::nullopt;
            return std::pair(driver->scalar, driver);
        }
        if (driver == nullptr || isText("driver", *driver))
            missing("'url' (or " + partsText(stage_.plugin) + ")",
                    "the url's scheme or the driver names the plugin: " + served());
        return std::nullopt;
    }

    const Manifest* byScheme(const Scheme& scheme) {
        if (!scheme) return nullptr;
        if (const Manifest* found = registry_.findServing(stage_.kind, stage_.plugin, scheme->first))
            return found;
        const bool isDriver = scheme->second == setting("driver");
        nothingServes(isDriver ? "'" + scheme->first + "'" : "'" + scheme->first + ":'", scheme->first,
                      *scheme->second, scheme->first.size());
        return nullptr;
    }

    const Manifest* byFormat() {
        if (const Node* format = setting("format"); isGiven(format)) {
            if (isUnresolved(definition_, *format)) return nullptr;
            if (const Manifest* found = registry_.findServing(stage_.kind, archiveRole, format->scalar)) {
                // A name that tells another format is right: the definition's may be its usual one.
                const std::string ending = servedEnding();
                if (ending.empty() && refusedForeignEnding()) return nullptr;
                return ending.empty() ? found : registry_.findServing(stage_.kind, archiveRole, ending);
            }
            nothingServes("the format '" + format->scalar + "'", format->scalar, *format,
                          format->scalar.size());
            return nullptr;
        }
        const Node* url = setting("url");
        if (!isGiven(url)) {
            if (url == nullptr || isText("url", *url))
                missing("'url'", "the ending of its name, or 'format', names the plugin: " + served());
            return nullptr;
        }
        if (const std::string best = servedEnding(); !best.empty())
            return registry_.findServing(stage_.kind, archiveRole, best);
        const std::string name = lower(url->scalar);
        if (isUnresolved(definition_, *url) || reportedRefusal(endingOf(name), *url) || reportedNone())
            return nullptr;
        diagnostics_.add({url->position,
                          url->scalar == "-" ? "'-' does not tell the archive's format"
                                             : "the name's ending tells no archive format",
                          countCharacters(url->scalar),
                          "add 'format:'",
                          {"archive formats are: " + served()}});
        return nullptr;
    }

    /// The format that the url's name ends in, the longest one; "" for none. The ending is often given
    /// literally though a variable before it is not known.
    [[nodiscard]] std::string servedEnding() const {
        const Node* const url = setting("url");
        if (!isGiven(url)) return {};
        const std::string name = lower(url->scalar);
        std::string best;
        for (const std::string& format : servedWords())
            if (format.size() > best.size() && name.ends_with("." + lower(format))) best = format;
        return best;
    }

    /// A name that promises another archive format than any that is served.
    bool refusedForeignEnding() {
        const Node* const url = setting("url");
        if (!isGiven(url)) return false;
        std::string name = lower(url->scalar);
        for (const std::string_view ending : encryptedEndings)
            if (name.ends_with(ending)) name.resize(name.size() - ending.size());
        const auto endsSo = [&](std::string_view known) { return name.ends_with("." + std::string(known)); };
        const std::string_view* ending = std::ranges::find_if(foreignEndings, endsSo);
        if (ending == foreignEndings.end()) {
            ending = std::ranges::find_if(unwrittenEndings, endsSo);
            if (stage_.kind != PluginKind::sink || ending == unwrittenEndings.end()) return false;
        }
        diagnostics_.add({url->position,
                          "no " + kind_ + " '" + stage_.plugin + "' " +
                              (stage_.kind == PluginKind::sink ? "writes" : "reads") +
                              " archives that end in '." + std::string(*ending) + "'",
                          countCharacters(url->scalar),
                          {},
                          {"archive formats are: " + served()}});
        return true;
    }

    static std::string endingOf(std::string_view name) {
        name = name.substr(name.find_last_of('/') + 1);
        const auto dot = name.find('.');
        return dot == std::string_view::npos ? std::string() : std::string(name.substr(dot + 1));
    }

    /// What the plugins of the stage's kind and role serve.
    [[nodiscard]] std::vector<std::string> servedWords() const {
        std::vector<std::string> words;
        for (const Manifest& manifest : registry_.manifests())
            if (manifest.kind == stage_.kind && manifest.info.role == stage_.plugin)
                words.insert(words.end(), manifest.info.serves.begin(), manifest.info.serves.end());
        return words;
    }
    [[nodiscard]] std::string served() const {
        const std::string words = joined(servedWords());
        return words.empty() ? "none is installed" : words;
    }

    void nothingServes(const std::string& shown, const std::string& word, const Node& node,
                       std::size_t width) {
        if (reportedRefusal(word, node) || reportedNone()) return;
        const std::string near = nearest(word, servedWords());
        diagnostics_.add({node.position,
                          "no " + kind_ + " '" + stage_.plugin + "' serves " + shown,
                          std::max<std::size_t>(width, 1),
                          near.empty() ? "" : "did you mean '" + near + "'?",
                          {"these are served: " + served() +
                           "; --plugin-dir and ROOST_PLUGIN_PATH name folders with other plugins"}});
    }

    bool reportedNone() {
        if (!servedWords().empty()) return false;
        Diagnostic diagnostic = atPlugin("no " + kind_ + " '" + stage_.plugin + "' is installed");
        diagnostic.notes.emplace_back(
            "'roost plugins' lists what is; --plugin-dir and ROOST_PLUGIN_PATH name folders");
        diagnostics_.add(std::move(diagnostic));
        return true;
    }

    /// The plugin may be there and unusable: then its reason is what helps.
    bool reportedRefusal(const std::string& word, const Node& node) {
        if (word.empty()) return false;
        for (const RefusedPlugin& refused : registry_.refused()) {
            if (!couldServe(refused, word)) continue;
            diagnostics_.add({node.position,
                              "the plugin for '" + word + "' cannot be used",
                              countCharacters(node.scalar),
                              {},
                              {refused.file.string() + ": " + refused.reason}});
            return true;
        }
        return false;
    }

    [[nodiscard]] bool couldServe(const RefusedPlugin& refused, const std::string& word) const {
        if (refused.file.stem() == word) return true;
        try {
            const Manifest manifest =
                readManifest(std::filesystem::path(refused.file).replace_extension(".json"));
            const auto& serves = manifest.info.serves;
            return manifest.kind == stage_.kind &&
                   (manifest.info.name == word ||
                    (manifest.info.role == stage_.plugin && std::ranges::find(serves, word) != serves.end()));
        } catch (const Error&) {  // a damaged manifest tells nothing but the file's name
            return false;
        }
    }

    void unknownName() {
        Node node;
        node.scalar = stage_.plugin;
        node.position = stage_.pluginPosition;
        if (reportedRefusal(stage_.plugin, node)) return;
        Diagnostic diagnostic = atPlugin("unknown " + kind_ + " '" + stage_.plugin + "'");
        std::vector<std::string> names;
        std::vector<std::string> words;
        std::string elsewhere;
        for (const Manifest& manifest : registry_.manifests()) {
            if (manifest.kind == stage_.kind) {
                names.push_back(manifest.info.name);
                words.push_back(manifest.info.name);
                if (stage_.kind != PluginKind::transform) words.push_back(manifest.info.role);
            } else if (manifest.info.name == stage_.plugin) {
                elsewhere = std::string(name(manifest.kind));
            }
        }
        const std::string near = nearest(stage_.plugin, words);
        if (!elsewhere.empty())
            diagnostic.suggestion = "'" + stage_.plugin + "' is a " + elsewhere;
        else if (!near.empty())
            diagnostic.suggestion = "did you mean '" + near + "'?";
        std::vector<std::string> shown;
        if (stage_.kind != PluginKind::transform)
            for (const std::string_view role : {databaseRole, storageRole, archiveRole})
                if (std::ranges::find(words, role) != words.end()) shown.emplace_back(role);
        shown.insert(shown.end(), names.begin(), names.end());
        diagnostic.notes.push_back(shown.empty() ? "no " + kind_ + " is installed   (roost plugins)"
                                                 : kind_ + "s are: " + joined(shown) + "   (roost plugins)");
        diagnostics_.add(std::move(diagnostic));
    }

    const Definition& definition_;
    const StageDefinition& stage_;
    const PluginRegistry& registry_;
    Diagnostics& diagnostics_;
    std::string kind_;
};

}  // namespace

std::span<const std::string_view> partsOf(std::string_view role) noexcept {
    if (role == databaseRole) return databaseParts;
    if (role == storageRole) return storageParts;
    return {};
}

std::string partsText(std::string_view role) {
    std::string text;
    for (const std::string_view part : partsOf(role)) text += (text.empty() ? "" : ", ") + std::string(part);
    return text;
}

bool isGiven(const Node* node) { return node != nullptr && node->isScalar() && !node->scalar.empty(); }

const Manifest* choosePlugin(const Definition& definition, const StageDefinition& stage,
                             const PluginRegistry& registry, Diagnostics& diagnostics) {
    return PluginChoice(definition, stage, registry, diagnostics).choose();
}

}  // namespace roost
