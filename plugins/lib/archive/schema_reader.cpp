#include "lib/archive/schema_reader.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "lib/archive/json_tree.hpp"
#include "lib/archive/member_names.hpp"
#include "lib/archive/metadata.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::archive {

namespace {

template <class Value, std::size_t Size>
Value oneOf(const JsonPlace& place, const std::array<std::pair<std::string_view, Value>, Size>& names) {
    const std::string text = place.text();
    for (const auto& [name, value] : names)
        if (name == text) return value;
    place.fail("'" + storage::shownName(text) + "' is nothing that this version of roost knows",
               "restore with a newer roost");
}

constexpr auto identities = std::to_array<std::pair<std::string_view, Identity>>({
    {"by-default", Identity::byDefault},
    {"always", Identity::always},
    {"autoincrement", Identity::autoincrement},
    {"none", Identity::none},
});

NumericTime readNumericTime(const JsonPlace& place) {
    const std::string word = place.text();
    const std::optional<NumericTime> numbers = numericTime(word);
    if (!numbers)
        place.fail("'" + storage::shownName(word) + "' is nothing that this version of roost knows",
                   "restore with a newer roost");
    return *numbers;
}

constexpr auto origins = std::to_array<std::pair<std::string_view, TypeOrigin>>({
    {"declared", TypeOrigin::declared},
    {"inferred", TypeOrigin::inferred},
    {"set", TypeOrigin::set},
});

LogicalType readType(const JsonPlace& place) {
    try {
        return parseLogicalType(place.text());
    } catch (const Error& error) {
        place.fail(error.what(), error.hint());
    }
}

Column readColumn(const JsonPlace& place) {
    JsonMembers members(place);
    Column column;
    column.name = members.get("name").text();
    column.type = readType(members.get("type"));
    column.typeOrigin = oneOf(members.get("type_origin"), origins);
    if (const auto numbers = members.find("numbers_are")) column.numbersAre = readNumericTime(*numbers);
    column.nativeType = members.text("native_type");
    column.nullable = members.get("nullable").boolean();
    if (const auto value = members.find("default")) column.defaultValue = value->text();
    if (const auto identity = members.find("identity")) column.identity = oneOf(*identity, identities);
    if (const auto next = members.find("next_value")) column.nextValue = next->integer();
    if (const auto generated = members.find("generated")) {
        column.generated = generated->text();
        column.generatedStored = members.get("generated_stored").boolean();
    }
    column.collation = members.text("collation");
    column.spelling = members.text("spelling");
    column.comment = members.text("comment");
    members.finish();
    return column;
}

ForeignKey readForeignKey(const JsonPlace& place) {
    JsonMembers members(place);
    ForeignKey key;
    key.name = members.text("name");
    key.columns = members.get("columns").texts();
    key.targetSchema = members.text("target_schema");
    key.targetTable = members.get("target_table").text();
    key.targetColumns = members.get("target_columns").texts();
    key.onUpdate = members.get("on_update").text();
    key.onDelete = members.get("on_delete").text();
    key.deferrable = members.get("deferrable").boolean();
    key.initiallyDeferred = members.get("initially_deferred").boolean();
    members.finish();
    return key;
}

UniqueConstraint readUnique(const JsonPlace& place) {
    JsonMembers members(place);
    UniqueConstraint unique;
    unique.name = members.text("name");
    unique.columns = members.get("columns").texts();
    members.finish();
    return unique;
}

Index readIndex(const JsonPlace& place) {
    JsonMembers members(place);
    Index index;
    index.name = members.get("name").text();
    index.unique = members.get("unique").boolean();
    index.columns = members.get("columns").texts();
    index.nativeSql = members.text("native_sql");
    members.finish();
    return index;
}

CheckConstraint readCheck(const JsonPlace& place) {
    JsonMembers members(place);
    CheckConstraint check;
    check.name = members.text("name");
    check.expression = members.get("expression").text();
    members.finish();
    return check;
}

NativeObject readObject(const JsonPlace& place) {
    JsonMembers members(place);
    NativeObject object;
    object.type = members.get("type").text();
    object.schema = members.text("schema");
    object.name = members.get("name").text();
    object.table = members.text("table");
    object.sql = members.text("sql");
    object.labels = members.texts("labels");
    members.finish();
    return object;
}

template <class Item>
std::vector<Item> readList(JsonMembers& members, std::string_view name, Item (*read)(const JsonPlace&)) {
    std::vector<Item> items;
    for (const JsonPlace& place : members.list(name)) items.push_back(read(place));
    return items;
}

/// Keys that name columns which are not there would fail late, in the middle of a restore.
void checkColumns(const JsonPlace& place, const Table& table) {
    std::set<std::string_view> names;
    for (const Column& column : table.columns)
        if (!names.insert(column.name).second)
            place.fail("two columns are called '" + storage::shownName(column.name) + "'");
    const auto check = [&](const std::vector<std::string>& columns, std::string_view what) {
        for (const std::string& name : columns)
            if (!names.contains(name))
                place.fail(std::string(what) + " names '" + storage::shownName(name) +
                           "', which is no column of the table");
    };
    check(table.primaryKey, "the primary key");
    for (const UniqueConstraint& unique : table.uniques) check(unique.columns, "a unique constraint");
    for (const ForeignKey& key : table.foreignKeys) check(key.columns, "a foreign key");
}

Table readTable(const JsonPlace& place, std::string& member) {
    JsonMembers members(place);
    Table table;
    table.name = members.get("name").text();
    table.schema = members.text("schema");
    member = members.get("file").text();
    if (const auto partial = members.find("partial")) table.partial = partial->boolean();
    if (const auto reduced = members.find("reduced")) table.reduced = reduced->boolean();
    table.columns = readList(members, "columns", readColumn);
    table.primaryKey = members.texts("primary_key");
    table.uniques = readList(members, "uniques", readUnique);
    table.foreignKeys = readList(members, "foreign_keys", readForeignKey);
    table.indexes = readList(members, "indexes", readIndex);
    table.checks = readList(members, "checks", readCheck);
    table.nativeSql = members.text("native_sql");
    table.comment = members.text("comment");
    members.finish();
    if (!member.starts_with(tablesFolder) || !member.ends_with(".json"))
        place.fail("'" + storage::shownName(member) + "' is no file of a table");
    checkColumns(place, table);
    return table;
}

}  // namespace

SchemaDocument readSchema(std::string_view json) {
    const std::string document(schemaName);
    const JsonNode root = parseTree(json, document, mostSchemaBytes);
    const JsonPlace place(root, document);
    JsonMembers members(place);
    if (const std::uint64_t version = members.get("format_version").count(); version > formatVersion)
        place.fail("the archive has format " + std::to_string(version) + ", this roost reads up to " +
                       std::to_string(formatVersion),
                   "restore with a newer roost");
    SchemaDocument result;
    result.catalog.dialect = members.get("dialect").text();
    std::set<std::pair<std::string, std::string>> names;
    std::set<std::string> files;
    for (const JsonPlace& at : members.get("tables").list()) {
        std::string member;
        Table table = readTable(at, member);
        table.id = static_cast<TableId>(result.catalog.tables.size());
        if (!names.emplace(table.schema, table.name).second)
            at.fail("there are two tables '" + storage::shownName(table.qualifiedName()) + "'");
        if (!files.insert(member).second)
            at.fail("two tables are in the file '" + storage::shownName(member) + "'");
        result.catalog.tables.push_back(std::move(table));
        result.members.push_back(std::move(member));
    }
    result.catalog.objects = readList(members, "objects", readObject);
    members.finish();
    return result;
}

}  // namespace roost::archive
