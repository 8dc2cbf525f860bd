#include "pipeline/stage_settings.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/plugin_choice.hpp"
#include "pipeline/secret_hiding.hpp"
#include "pipeline/utf8.hpp"
#include "plugin/manifest.hpp"

namespace roost {

namespace {

/// The part's value can be checked where it stands; nothing else of the parts can be.
bool isPort(const std::string& text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && number >= 1 && number <= 65535;
}

class SettingsMaker {
public:
    SettingsMaker(Definition& definition, const StageDefinition& stage, const PluginFactory& factory,
                  Diagnostics& diagnostics)
        : definition_(definition),
          stage_(stage),
          factory_(factory),
          specs_(factory.options()),
          diagnostics_(diagnostics),
          isDatabase_(factory.info().role == databaseRole),
          parts_(partsOf(factory.info().role)),
          shown_(describeStage(stage, factory.info())) {}

    Node make() {
        settings_ = stage_.settings;
        takeCoreKeys();
        if (!parts_.empty()) joinParts();
        hideSecrets();
        refuseUnknown();
        requireMissing();
        askPlugin();
        return std::move(settings_);
    }

private:
    [[nodiscard]] const OptionSpec* spec(std::string_view key) const {
        const auto found = std::ranges::find(specs_, key, &OptionSpec::name);
        return found == specs_.end() ? nullptr : &*found;
    }
    void remove(std::string_view key) {
        std::erase_if(settings_.members, [&](const auto& member) { return member.first.scalar == key; });
    }

    void takeCoreKeys() {
        if (factory_.info().role == archiveRole) remove("format");
        if (isDatabase_) return;  // there, `name` is the database's
        if (const Node* label = settings_.find("name")) {
            if (!label->isScalar() && label->kind != Node::Kind::null)
                diagnostics_.error(label->position, "'name' is text, not " + std::string(label->describe()));
            remove("name");
        }
    }

    /// `url` wins over the parts; an empty one counts as not given.
    void joinParts() {
        const Node* url = settings_.find("url");
        const bool hasUrl =
            isGiven(url) || (url != nullptr && !url->isScalar() && url->kind != Node::Kind::null);
        Node parts;
        parts.kind = Node::Kind::mapping;
        parts.position = stage_.position;
        std::vector<std::pair<Node, Node>> others;
        for (auto& member : settings_.members) {
            const std::string& key = member.first.scalar;
            if (!isPart(key)) {
                if (key != "url" || hasUrl) others.push_back(member);
            } else if (spec(key) != nullptr) {
                if (!isEmpty(member.second)) others.push_back(member);
            } else if (takesPart(member) && !hasUrl) {
                parts.members.push_back(member);
            }
        }
        settings_.members = std::move(others);
        if (hasUrl || parts.members.empty()) return;
        if (parts.find("driver") == nullptr) {  // the plugin was named, which says as much
            Node key(Node::Kind::scalar, "driver", stage_.pluginPosition);
            Node value(Node::Kind::scalar, factory_.info().serves.front(), stage_.pluginPosition);
            parts.members.emplace_back(std::move(key), std::move(value));
        }
        Node key(Node::Kind::scalar, "url", stage_.position);
        settings_.members.emplace_back(std::move(key), std::move(parts));
    }

    [[nodiscard]] bool isPart(std::string_view key) const {
        return std::ranges::find(parts_, key) != parts_.end();
    }
    static bool isEmpty(const Node& node) {
        return node.kind == Node::Kind::null || (node.isScalar() && node.scalar.empty());
    }

    bool takesPart(const std::pair<Node, Node>& member) {
        const auto& [key, value] = member;
        if (value.kind == Node::Kind::null) return false;
        if (!value.isScalar()) {
            diagnostics_.error(value.position,
                               "'" + key.scalar + "' is text, not " + std::string(value.describe()));
            return false;
        }
        if (value.scalar.empty()) return false;
        if (key.scalar == "port" && !isUnresolved(definition_, value) && !isPort(value.scalar))
            diagnostics_.error(value.position,
                               "'port' is a number from 1 to 65535, not '" + value.scalar + "'",
                               countCharacters(value.scalar));
        return true;
    }

    void hideSecrets() {
        for (const auto& [key, value] : stage_.settings.members) {
            const OptionSpec* option = spec(key.scalar);
            if ((option != nullptr && option->secret) || (isPart(key.scalar) && isSecretPart(key.scalar)))
                hideValue(definition_, value);
            else if (key.scalar == "url")
                hideUrlPassword(definition_, value);
            else if (option != nullptr)
                hideInRecords(value, *option);
        }
    }

    static bool isSecretPart(std::string_view key) {
        return key == "password" || key == "secret-access-key" || key == "session-token";
    }

    /// A misspelt secret is one all the same, as it is outside of records.
    void hideInRecords(const Node& node, const OptionSpec& option) {
        if (option.members.empty()) return;
        for (const Node& item : node.items) hideInRecords(item, option);
        std::vector<std::string> names;
        for (const OptionSpec& member : option.members) names.push_back(member.name);
        for (const auto& [key, value] : node.members) {
            auto member = std::ranges::find(option.members, key.scalar, &OptionSpec::name);
            if (member == option.members.end())
                member = std::ranges::find(option.members, nearest(key.scalar, names), &OptionSpec::name);
            if (member == option.members.end()) continue;
            if (member->secret)
                hideValue(definition_, value);
            else
                hideInRecords(value, *member);
        }
    }

    void refuseUnknown() {
        for (const auto& [key, value] : settings_.members) {
            if (spec(key.scalar) != nullptr) continue;
            std::vector<std::string> candidates;
            std::string accepted;
            for (const OptionSpec& option : specs_) {
                candidates.push_back(option.name);
                accepted += (accepted.empty() ? "" : ", ") + option.name;
                if (!parts_.empty() && option.name == "url")
                    accepted += " (or " + partsText(factory_.info().role) + ")";
            }
            candidates.insert(candidates.end(), parts_.begin(), parts_.end());
            if (factory_.info().role == archiveRole) candidates.emplace_back("format");
            const std::string near = nearest(key.scalar, candidates);
            // A misspelt password is one all the same.
            if (const OptionSpec* meant = spec(near);
                isSecretPart(near) || (meant != nullptr && meant->secret))
                hideValue(definition_, value);
            const std::string& plugin = factory_.info().name;
            diagnostics_.add({key.position,
                              "unknown option '" + key.scalar + "' for " + shown_,
                              countCharacters(key.scalar),
                              near.empty() ? "" : "did you mean '" + near + "'?",
                              {plugin + (accepted.empty() ? " accepts no options" : " accepts: " + accepted) +
                               "   (roost plugins " + plugin + ")"}});
        }
    }

    void requireMissing() {
        for (const OptionSpec& option : specs_) {
            if (!option.required) continue;
            const Node* node = settings_.find(option.name);
            const bool empty = node != nullptr &&
                               (node->kind == Node::Kind::null || (node->isScalar() && node->scalar.empty()));
            if (node != nullptr && !empty) continue;
            Diagnostic diagnostic{empty ? node->position : stage_.position,
                                  (empty ? "option '" + option.name + "' is empty, but required by "
                                         : "missing option '" + option.name + "' for ") +
                                      shown_,
                                  0,
                                  {},
                                  {}};
            if (!option.example.empty())
                diagnostic.notes.push_back("such as: " + option.name + ": " + option.example);
            diagnostics_.add(std::move(diagnostic));
            incomplete_ = true;
            if (empty) remove(option.name);
        }
    }

    /// What could not be interpolated was reported: the plugin doesn't see it, and is asked about the rest
    /// alone.
    void askPlugin() {
        Node known = settings_;
        std::erase_if(known.members, [&](const auto& member) { return holdsUnresolved(member.second); });
        const bool partial = incomplete_ || known.members.size() != settings_.members.size();
        Diagnostics found;
        factory_.check(known, found);
        std::set<std::pair<std::uint32_t, std::uint32_t>> places;
        collectPlaces(known, places);
        for (const Diagnostic& diagnostic : found.list()) {
            const Position position = diagnostic.position;
            if (partial && (position == known.position || !places.contains({position.line, position.column})))
                continue;
            Diagnostic placed = diagnostic;
            if (position.line == 0) placed.position = stage_.position;
            diagnostics_.add(std::move(placed));
        }
    }

    [[nodiscard]] bool holdsUnresolved(const Node& node) const {
        if (isUnresolved(definition_, node)) return true;
        const auto inside = [&](const Node& child) { return holdsUnresolved(child); };
        return std::ranges::any_of(node.items, inside) ||
               std::ranges::any_of(node.members, inside, &std::pair<Node, Node>::second);
    }

    static void collectPlaces(const Node& node, std::set<std::pair<std::uint32_t, std::uint32_t>>& places) {
        for (const Node& item : node.items) {
            places.emplace(item.position.line, item.position.column);
            collectPlaces(item, places);
        }
        for (const auto& [key, value] : node.members) {
            places.emplace(key.position.line, key.position.column);
            places.emplace(value.position.line, value.position.column);
            collectPlaces(value, places);
        }
    }

    Definition& definition_;
    const StageDefinition& stage_;
    const PluginFactory& factory_;
    const std::vector<OptionSpec>& specs_;
    Diagnostics& diagnostics_;
    const bool isDatabase_;
    const std::span<const std::string_view> parts_;
    const std::string shown_;
    Node settings_;
    bool incomplete_ = false;
};

}  // namespace

std::string displayName(const StageDefinition& stage, const PluginInfo& plugin) {
    const Node* label = plugin.role == databaseRole ? nullptr : stage.settings.find("name");
    return label != nullptr && isGiven(label) ? label->scalar : stage.plugin;
}

std::string describeStage(const StageDefinition& stage, const PluginInfo& plugin) {
    const std::string shown = displayName(stage, plugin);
    const std::string text = std::string(name(stage.kind)) + " '" + shown + "'";
    return shown == plugin.name ? text : text + " (" + plugin.name + ")";
}

Node makeSettings(Definition& definition, const StageDefinition& stage, const PluginFactory& factory,
                  Diagnostics& diagnostics) {
    return SettingsMaker(definition, stage, factory, diagnostics).make();
}

}  // namespace roost
