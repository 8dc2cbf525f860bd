#include "lib/archive/content_rules.hpp"

#include "roost/error.hpp"

namespace roost::archive {

namespace {

constexpr std::string_view user = "{user}";
constexpr std::string_view path = "{path}";
constexpr std::string_view key = "{key}";

std::pair<std::string, std::string> columnName(std::string_view text) {
    const std::size_t dot = text.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size())
        throw Error("'" + std::string(text) + "' is no column; write table.column");
    return {std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
}

}  // namespace

ColumnPatterns aviaryFileColumns() {
    return {{"documents.local_path", "documents: users/{user}/pdfs/{path}"}};
}

ColumnPatterns aviaryContentColumns() { return {{"users.rmapi_config", "configs/{key}/rmapi.conf"}}; }

FileColumn fileColumn(std::string_view column, std::string_view pattern) {
    const auto [table, name] = columnName(column);
    const auto fail = [pattern] {
        return Error("'" + std::string(pattern) +
                     "' is no pattern of files; write KIND: FOLDER/{user}/FOLDER/{path}");
    };
    const std::size_t colon = pattern.find(':');
    if (colon == std::string_view::npos || colon == 0) throw fail();
    std::string_view rest = pattern.substr(colon + 1);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    const std::size_t at = rest.find(user);
    if (at == std::string_view::npos || !rest.ends_with(path)) throw fail();
    const std::string_view behind = rest.substr(at + user.size());
    if (behind.size() <= path.size() || !behind.starts_with('/')) throw fail();
    return {table, name, std::string(pattern.substr(0, colon)), std::string(rest.substr(0, at)),
            std::string(behind.substr(0, behind.size() - path.size()))};
}

ContentColumn contentColumn(std::string_view column, std::string_view pattern) {
    const auto [table, name] = columnName(column);
    const std::string between = "/" + std::string(key) + "/";
    const std::size_t at = pattern.find(between);
    if (at == std::string_view::npos || at == 0 || at + between.size() == pattern.size() ||
        pattern.substr(0, at).find('/') != std::string_view::npos)
        throw Error("'" + std::string(pattern) + "' names no file of a row; write KIND/{key}/FILE");
    return {table, name, std::string(pattern.substr(0, at)),
            std::string(pattern.substr(at + between.size()))};
}

ContentRules contentRules(const ColumnPatterns& fileColumns, const ColumnPatterns& contentColumns) {
    ContentRules rules;
    for (const auto& [column, pattern] : fileColumns) rules.files.push_back(fileColumn(column, pattern));
    for (const auto& [column, pattern] : contentColumns)
        rules.contents.push_back(contentColumn(column, pattern));
    return rules;
}

}  // namespace roost::archive
