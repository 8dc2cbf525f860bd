#include "lib/ownership/user_choice.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "lib/ownership/value_name.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/diagnostic.hpp"
#include "roost/error.hpp"

namespace roost::ownership {

namespace {

constexpr std::size_t mostNear = 500;

std::optional<std::int64_t> wholeNumber(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc{} || end != text.data() + text.size() || std::to_string(number) != text)
        return std::nullopt;
    return number;
}

bool isUuid(const std::string& text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash != (text[i] == '-')) return false;
        if (!dash && std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
    }
    return true;
}

/// What a column of that type holds where somebody is called `text`; nothing where it cannot hold that.
/// False where nobody can tell by the type.
bool addValues(const std::string& text, const LogicalType& type, bool anyKind,
               std::vector<std::vector<Value>>& values) {
    const auto add = [&](const Cell& cell) { values.push_back({Value(cell)}); };
    const auto number = wholeNumber(text);
    if (anyKind) {  // SQLite keeps any kind of value in any column
        add(Cell::view(CellKind::text, text));
        if (number) add(Cell::integer(*number));
        return true;
    }
    if (text.find('\0') != std::string::npos) return true;
    switch (type.kind) {
        case TypeKind::text:
            add(Cell::view(CellKind::text, text));
            return true;
        case TypeKind::int16:
        case TypeKind::int32:
        case TypeKind::int64: {
            const std::int64_t most = type.kind == TypeKind::int16   ? 32'767
                                      : type.kind == TypeKind::int32 ? 2'147'483'647
                                                                     : INT64_MAX;
            if (number && *number <= most && *number >= -most - 1) add(Cell::integer(*number));
            return true;
        }
        case TypeKind::uuid:
            if (isUuid(text)) add(Cell::view(CellKind::text, text));
            return true;
        default:
            return false;
    }
}

std::string list(const std::vector<std::string>& words) {
    std::string all;
    for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
    return all;
}

}  // namespace

bool UserChoice::Asked::isPattern() const { return text.find_first_of("*?\\") != std::string::npos; }

UserChoice::UserChoice(const Table& users, std::string dialect, UserOptions options)
    : users_(users), dialect_(std::move(dialect)), options_(std::move(options)) {
    const auto nameCase = dialect_ == "sqlite" ? sql::NameCase::folded : sql::NameCase::exact;
    const auto position = [&](const std::string& name) -> std::optional<std::size_t> {
        for (const Column& column : users_.columns) {
            if (!sql::sameName(column.name, name, nameCase)) continue;
            const auto known = std::ranges::find(columns_, column.name);
            if (known == columns_.end()) {
                columns_.push_back(column.name);
                types_.push_back(column.type);
                return columns_.size() - 1;
            }
            return static_cast<std::size_t>(known - columns_.begin());
        }
        return std::nullopt;
    };
    for (const std::string& key : users_.primaryKey) static_cast<void>(position(key));
    keys_ = columns_.size();
    for (const std::string& name : options_.names)
        if (const auto found = position(name)) names_.push_back(*found);
    if (names_.empty() && !(options_.users.empty() && options_.exclude.empty()))
        throw Error("table " + users_.qualifiedName() +
                        " has none of the columns that name a user: " + list(options_.names),
                    "name its columns with the option 'names'");
    for (const auto& [column, pattern] : options_.where) {
        const auto found = position(column);
        if (!found)
            throw Error("'where' names column '" + column + "', which table " + users_.qualifiedName() +
                        " does not have");
        where_.emplace_back(*found, sql::NamePattern(pattern, sql::NameCase::exact));
    }
    for (const bool excluded : {false, true})
        for (const std::string& text : excluded ? options_.exclude : options_.users) {
            byText_.emplace(text, asked_.size());
            asked_.push_back({text, excluded, false, std::nullopt, {}, 0});
        }
}

std::vector<std::optional<std::string>> UserChoice::namesIn(std::span<const Cell> row) const {
    std::vector<std::optional<std::string>> names;
    for (const std::size_t column : names_) names.push_back(valueName(row[column], types_[column]));
    return names;
}

std::string UserChoice::keyOf(std::span<const Cell> row) const {
    std::string key;
    for (std::size_t i = 0; i < (keys_ == 0 ? columns_.size() : keys_); ++i)
        key += (i == 0 ? "" : ", ") + columns_[i] + " = " + shownValue(row[i], types_[i]);
    return key;
}

void UserChoice::findExact(std::span<const Cell> row) {
    const auto names = namesIn(row);
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!names[i]) continue;
        const auto [begin, end] = byText_.equal_range(*names[i]);
        for (auto found = begin; found != end; ++found) {
            Asked& asked = asked_[found->second];
            asked.exact = true;
            const std::string key = keyOf(row);
            if (!asked.by) {
                asked.by = names_[i];
                asked.first = key;
            } else if (*asked.by != names_[i] && asked.first != key) {
                throw Error("'" + storage::shownName(asked.text) + "' is the " + columns_[*asked.by] +
                                " of one user (" + asked.first + ") and the " + columns_[names_[i]] +
                                " of another (" + key + ")",
                            "say which is meant by a name that only that user has, or say by 'names' which "
                            "column counts");
            }
        }
    }
}

void UserChoice::noteNear(std::span<const Cell> row) {
    const auto names = namesIn(row);
    for (std::size_t i = 0; i < asked_.size(); ++i) {
        const Asked& asked = asked_[i];
        std::vector<std::string>& near = near_[i];
        if (asked.exact || asked.isPattern() || near.size() >= mostNear) continue;
        for (const auto& name : names)
            if (name && !nearest(asked.text, {*name}).empty()) near.push_back(*name);
    }
}

/// The users that are called what was asked for, to the letter or nearly; nothing where only a look at all
/// of them can tell.
std::optional<RowCondition> UserChoice::exactly() const {
    if (asked_.empty() || options_.users.empty()) return std::nullopt;
    std::vector<RowCondition> any;
    for (const std::size_t column : names_) {
        std::vector<std::vector<Value>> values;
        for (const Asked& asked : asked_)
            if (!addValues(asked.text, types_[column], dialect_ == "sqlite", values)) return std::nullopt;
        any.push_back(RowCondition::valuesAmong({columns_[column]}, std::move(values)));
    }
    return RowCondition::anyOf(std::move(any));
}

bool UserChoice::fits(const Asked& asked, const std::vector<std::optional<std::string>>& names) const {
    return std::ranges::any_of(names, [&](const std::optional<std::string>& name) {
        if (!name) return false;
        if (asked.exact || !asked.isPattern()) return *name == asked.text;
        return sql::NamePattern(asked.text, sql::NameCase::exact).matches(*name);
    });
}

bool UserChoice::meetsWhere(std::span<const Cell> row) const {
    return std::ranges::all_of(where_, [&](const auto& condition) {
        const auto& [column, pattern] = condition;
        const auto name = valueName(row[column], types_[column]);
        return name && (pattern.text() == *name || pattern.matches(*name));
    });
}

bool UserChoice::contains(std::span<const Cell> row) const {
    const auto names = namesIn(row);
    bool wanted = options_.users.empty();
    const auto consider = [&](const Asked& asked) {
        if (!asked.excluded && wanted) return true;
        if (!fits(asked, names)) return true;
        if (asked.excluded) return false;
        wanted = true;
        return true;
    };
    // Names to the letter are looked up, so that many of them cost no more than few.
    for (const auto& name : names) {
        if (!name) continue;
        const auto [begin, end] = byText_.equal_range(*name);
        for (auto found = begin; found != end; ++found)
            if (!consider(asked_[found->second])) return false;
    }
    for (const Asked& asked : asked_)
        if (!asked.exact && asked.isPattern() && !consider(asked)) return false;
    return wanted && meetsWhere(row);
}

void UserChoice::refuseUnknown() const {
    for (std::size_t i = 0; i < asked_.size(); ++i) {
        const Asked& asked = asked_[i];
        if (asked.exact || asked.isPattern()) continue;
        std::vector<std::string> names;
        for (const std::size_t column : names_) names.push_back(columns_[column]);
        const auto found = near_.find(i);
        const std::string near = found == near_.end() ? "" : nearest(asked.text, found->second);
        throw Error("there is no user '" + storage::shownName(asked.text) + "' in table " +
                        users_.qualifiedName() + " (by " + list(names) + ")",
                    near.empty() ? "" : "did you mean '" + storage::shownName(near) + "'?");
    }
}

void UserChoice::resolve(SourceAccess& sources, const std::function<void(std::span<const Cell>)>& each) {
    const auto scan = [&](const RowCondition& rows, const auto& visit) {
        sources.reread({{users_.id, columns_, rows}}, [&](std::size_t, const Batch& batch) {
            for (std::size_t i = 0; i < batch.rows(); ++i) visit(batch.row(i));
        });
    };
    const auto named = exactly();
    const bool selective = sources.access(users_.id) == RowAccess::chosen && named.has_value();
    if (!asked_.empty())
        scan(selective ? *named : RowCondition::everything(), [&](auto row) { findExact(row); });
    const bool allExact = std::ranges::all_of(asked_, [](const Asked& asked) { return asked.exact; });
    if (!std::ranges::all_of(asked_, [](const Asked& asked) { return asked.exact || asked.isPattern(); })) {
        scan(RowCondition::everything(), [&](auto row) {
            if (selective) findExact(row);  // the database may have read the names otherwise
        });
        scan(RowCondition::everything(), [&](auto row) { noteNear(row); });
        refuseUnknown();
    }
    std::uint64_t count = 0;
    scan(selective && allExact ? *named : RowCondition::everything(), [&](auto row) {
        const auto names = namesIn(row);
        for (Asked& asked : asked_)
            if (!asked.exact && asked.isPattern() && asked.patternHits == 0 && fits(asked, names))
                ++asked.patternHits;
        if (!contains(row)) return;
        ++count;
        each(row);
    });
    if (options_.allowEmpty) return;
    for (const Asked& asked : asked_)
        if (!asked.exact && asked.patternHits == 0)
            throw Error("no user in table " + users_.qualifiedName() + " fits '" +
                            storage::shownName(asked.text) + "'",
                        "'allow-empty: true' lets that be");
    if (count == 0)
        throw Error("no user is chosen: nobody fits all that 'users', 'exclude' and 'where' say",
                    "'allow-empty: true' makes an export without users");
}

}  // namespace roost::ownership
