#include "pipeline/secret_hiding.hpp"

#include <cctype>
#include <set>
#include <string>
#include <string_view>

#include "pipeline/secret_words.hpp"

namespace roost {

namespace {

bool isNameCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

class SecretHider {
public:
    explicit SecretHider(Definition& definition) : definition_(definition) {}

    void hide(const Node& node) {
        if (const auto range = definition_.scalars.at(node.position); range && node.isScalar()) {
            const std::string_view text = definition_.source.text(*range);
            if (!isPureReference(text)) definition_.source.hide(*range);
            followReferences(text);
        }
        for (const Node& item : node.items) hide(item);
        for (const auto& [key, value] : node.members) hide(value);
    }

    /// Each ${NAME}, and what stands behind it in `vars`.
    void followReferences(std::string_view text) {
        for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
            std::size_t end = at + 2;
            while (end < text.size() && isNameCharacter(text[end])) ++end;
            const std::string name(text.substr(at + 2, end - at - 2));
            definition_.secretVariables.insert(name);
            const Node* variable = definition_.vars.find(name);
            if (variable != nullptr && seen_.insert(name).second) hide(*variable);
        }
    }

private:
    Definition& definition_;
    std::set<std::string> seen_;
};

}  // namespace

void hideValue(Definition& definition, const Node& value) { SecretHider(definition).hide(value); }

void hideUrlPassword(Definition& definition, const Node& url) {
    const auto range = definition.scalars.at(url.position);
    if (!range) return;
    SecretHider hider(definition);
    const std::string_view text = definition.source.text(*range);
    const std::size_t authority = text.find("://");
    const std::size_t host = text.rfind('@');
    if (authority != std::string_view::npos && host != std::string_view::npos && host > authority)
        if (const std::size_t colon = text.find(':', authority + 3); colon < host)
            hider.followReferences(text.substr(colon, host - colon));
    for (const std::string_view key : {"password=", "passwd="})
        if (const std::size_t at = text.find(key); at != std::string_view::npos)
            hider.followReferences(text.substr(at));
}

}  // namespace roost
