#include "transforms/schema_map/rule_check.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>

#include "roost/error.hpp"
#include "roost/types.hpp"

namespace roost {

namespace {

using sql::mapping::SchemaRule;

/// What a rule is about, and then what is done.
constexpr std::array<std::string_view, 8> keys{"table", "column", "type",   "rename",
                                               "drop",  "cast",   "native", "default"};
constexpr std::ptrdiff_t subjects = 3;

/// Words, numbers, quotes and what stands in brackets: `numeric(10, 2)[]`, `app."Mood"`.
bool isTypeText(std::string_view text) {
    int depth = 0;
    bool quoted = false;
    for (const char c : text) {
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '(') ++depth;
        if (c == ')' && --depth < 0) return false;
        const auto byte = static_cast<unsigned char>(c);
        const bool allowed = std::isalnum(byte) != 0 || byte >= 0x80 ||
                             std::string_view("_ .\"()[]").find(c) != std::string_view::npos ||
                             (c == ',' && depth > 0);
        if (!allowed) return false;
    }
    return depth == 0 && !quoted;
}

class RuleCheck {
public:
    RuleCheck(const SchemaRule& rule, const Node& node, Diagnostics& diagnostics)
        : rule_(rule), node_(node), diagnostics_(diagnostics) {}

    void check() {
        for (const char* key : {"table", "column", "type", "rename", "cast", "native"}) refuseEmpty(key);
        if (!misspelt()) requireKeys();
        checkDrop();
        checkRename();
        if (has("table") && rule_.isAboutTables())
            for (const char* key : {"cast", "native", "default"})
                if (has(key))
                    at(key,
                       "'" + std::string(key) + "' is about columns: add 'column' or 'type' to the rule");
        checkTypes();
    }

private:
    [[nodiscard]] bool has(std::string_view key) const { return node_.find(key) != nullptr; }
    void atRule(std::string message) { diagnostics_.error(node_.position, std::move(message)); }
    void at(const char* key, std::string message) {
        const Node& value = *node_.find(key);
        diagnostics_.error(value.position, std::move(message), value.scalar.size());
    }

    void refuseEmpty(const char* key) {
        const Node* value = node_.find(key);
        if (value != nullptr &&
            (value->kind == Node::Kind::null || (value->isScalar() && value->scalar.empty())))
            at(key, "'" + std::string(key) + "' of a rule is empty");
    }

    /// A key that is none was told; what it was meant for is not missed, too.
    [[nodiscard]] bool misspelt() const {
        return std::ranges::any_of(node_.members, [](const auto& member) {
            return std::ranges::find(keys, member.first.scalar) == keys.end();
        });
    }

    void requireKeys() {
        const auto any = [&](auto begin, auto end) {
            return std::any_of(begin, end, [&](std::string_view key) { return has(key); });
        };
        if (!any(keys.begin(), keys.begin() + subjects))
            atRule("a rule has to say what it is about: add 'table', 'column' or 'type'");
        if (!any(keys.begin() + subjects, keys.end()))
            atRule("a rule has to say what is done: add 'rename', 'drop', 'cast', 'native' or 'default'");
    }

    void checkDrop() {
        if (!rule_.drop.value_or(false)) return;
        for (const char* key : {"rename", "cast", "native", "default"})
            if (has(key)) at(key, "'" + std::string(key) + "' means nothing beside 'drop: true'");
    }

    void checkRename() {
        if (!rule_.rename || rule_.rename->empty()) return;
        if (rule_.rename->find_first_of("*?") != std::string::npos)
            at("rename", "'rename' takes a name, without * and ?");
        if (rule_.type && !rule_.column) at("rename", "'rename' is about a name: add 'column' to the rule");
    }

    void checkTypes() {
        if (rule_.native && !isTypeText(*rule_.native)) at("native", "'native' takes the name of a type");
        if (!rule_.cast || rule_.cast->empty()) return;
        try {
            const TypeKind kind = parseLogicalType(*rule_.cast).kind;
            if (kind == TypeKind::array || kind == TypeKind::enumeration || kind == TypeKind::other)
                at("cast", "'cast' takes a type that both databases have: use 'native' for " + *rule_.cast);
        } catch (const Error& error) {
            at("cast", error.what());
        }
    }

    const SchemaRule& rule_;
    const Node& node_;
    Diagnostics& diagnostics_;
};

}  // namespace

void checkRules(const std::vector<SchemaRule>& rules, const Node* node, Diagnostics& diagnostics) {
    if (node == nullptr) return;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const Node& own = node->kind == Node::Kind::mapping ? *node : node->items.at(i);
        RuleCheck(rules[i], own, diagnostics).check();
    }
}

}  // namespace roost
