#include "transforms/mask/mask.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "roost/error.hpp"
#include "roost/version.hpp"

namespace roost {

using mask::MaskRule;

namespace {

/// A shorter key can be found by trying.
constexpr std::size_t shortestKey = 16;

OptionTable<MaskRule> ruleOptions() {
    return OptionTable<MaskRule>()
        .text(
            "column", &MaskRule::column,
            "The columns that the rule is about: `table.column`, or `column` for that of any table, with `*` "
            "and `?`.")
        .required()
        .example("users.email")
        .boolean("set-null", &MaskRule::null, "All values become NULL.")
        .text("value", &MaskRule::value, "All values become this one.")
        .boolean(
            "hash", &MaskRule::hash,
            "A value becomes its keyed hash (HMAC-SHA-256): in hexadecimal digits, as many as the column "
            "takes; a uuid becomes another uuid, bytes become 32 bytes.")
        .boolean("email", &MaskRule::email, "A value becomes an address at example.invalid.")
        .boolean("digits", &MaskRule::digits,
                 "A value becomes another one of the same form: each digit a digit, each letter a letter.")
        .boolean("keep", &MaskRule::keep, "Values stay, whatever rules before and `secrets` say.")
        .map("where", &MaskRule::where, "Only in rows in which these columns match these patterns (* and ?).")
        .example("{key: smtp_*}");
}

void checkRule(const MaskRule& rule, const Node& node, Diagnostics& diagnostics) {
    int actions = rule.value ? 1 : 0;
    for (const auto& flag : {rule.null, rule.hash, rule.email, rule.digits, rule.keep}) {
        if (flag.has_value() && !*flag)
            diagnostics.error(node.position, "'false' says nothing here: a mask is 'true', or not given");
        actions += flag.value_or(false) ? 1 : 0;
    }
    if (actions != 1)
        diagnostics.error(node.position,
                          "a rule takes one of 'set-null', 'value', 'hash', 'email', 'digits' and 'keep'");
}

}  // namespace

PluginInfo Mask::info() {
    return {
        "mask", std::string(version()), "Replaces values of columns, for data that others get", "mask", {}};
}

const OptionTable<Mask::Options>& Mask::options() {
    static const auto table =
        OptionTable<Options>()
            .records("rules", &Options::rules, ruleOptions(),
                     "What becomes of which columns. Where several are about one value, the last one counts.")
            .example("[{column: users.email, email: true}, {column: users.phone, digits: true}]")
            .text("key", &Options::key,
                  "What `hash`, `email` and `digits` are computed with, of 16 characters or more. With the "
                  "same "
                  "key the same value always gives the same; who has it can try values out.")
            .secret()
            .example("${MASK_KEY}")
            .choice(
                "secrets", &Options::secrets, {"keep", "drop"},
                "What becomes of columns that are called like secrets (passwords, hashes, tokens, API keys), "
                "and of settings in rows that are. drop: NULL; where that can't be, an empty text, or a "
                "numbered one if it has to be unique.")
            .list("secret-columns", &Options::secretColumns,
                  "Further columns that `secrets` is about, as in `rules`.")
            .example("users.pin, *.signature");
    return table;
}

void Mask::check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
    if (const Node* const rules = settings.find("rules"))
        for (std::size_t i = 0; i < options.rules.size(); ++i)
            checkRule(options.rules[i], rules->kind == Node::Kind::mapping ? *rules : rules->items.at(i),
                      diagnostics);
    const bool needsKey = std::ranges::any_of(options.rules, &MaskRule::needsKey);
    const Node* const key = settings.find("key");
    if (key == nullptr && needsKey)
        diagnostics.error(settings.position, "'hash', 'email' and 'digits' need a 'key'", 0,
                          "add 'key: ${MASK_KEY}'");
    if (key != nullptr && options.key.size() < shortestKey)
        diagnostics.error(key->position, "'key' needs 16 characters or more: a shorter one can be guessed", 0,
                          "`openssl rand -hex 32` makes one");
}

void Mask::rewrite(Catalog& catalog, Context& context) {
    if (!options_.key.empty()) hash_.emplace(options_.key);
    masks_ = mask::planMasks(
        catalog, {options_.rules, options_.secrets == Secrets::drop, options_.secretColumns}, context);
    for (Table& table : catalog.tables)
        if (masks_.contains(table.id)) table.partial = table.reduced = true;
}

bool Mask::apply(Item& item) {
    auto* const batch = std::get_if<BatchPtr>(&item);
    if (batch == nullptr) return true;
    const auto found = masks_.find((*batch)->table());
    if (found == masks_.end()) return true;
    auto result = std::make_shared<Batch>((*batch)->table(), (*batch)->columns());
    mask::KeyedHash* const hash = hash_ ? &*hash_ : nullptr;
    for (std::size_t i = 0; i < (*batch)->rows(); ++i) {
        const auto from = (*batch)->row(i);
        const auto to = result->addRow();
        std::ranges::copy(from, to.begin());
        for (mask::ColumnMasks& column : found->second)
            for (mask::MaskStep& step : column.steps) {
                const bool holds = std::ranges::all_of(
                    step.where, [&](const mask::RowTest& test) { return test.holds(from[test.place]); });
                if (!holds) continue;
                to[column.place] = step.mask.apply(from[column.place], *result, hash);
                break;
            }
    }
    result->keep(*batch);  // what the other cells point to
    *batch = std::move(result);
    return true;
}

}  // namespace roost
