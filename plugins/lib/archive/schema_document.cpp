#include "lib/archive/schema_document.hpp"

#include "lib/archive/json_writer.hpp"
#include "lib/archive/metadata.hpp"

namespace roost::archive {

namespace {

std::string_view identityName(Identity identity) noexcept {
    switch (identity) {
        case Identity::byDefault:
            return "by-default";
        case Identity::always:
            return "always";
        case Identity::autoincrement:
            return "autoincrement";
        case Identity::none:
            break;
    }
    return "none";
}

std::string_view originName(TypeOrigin origin) noexcept {
    switch (origin) {
        case TypeOrigin::inferred:
            return "inferred";
        case TypeOrigin::set:
            return "set";
        case TypeOrigin::declared:
            break;
    }
    return "declared";
}

/// Text members that are empty are left out, as are lists.
void writeText(JsonWriter& json, std::string_view name, const std::string& value) {
    if (!value.empty()) json.member(name, value);
}

template <class List, class Write>
void writeList(JsonWriter& json, std::string_view name, const List& list, Write write) {
    if (list.empty()) return;
    json.key(name);
    json.beginArray();
    for (const auto& item : list) {
        json.beginObject();
        write(item);
        json.endObject();
    }
    json.endArray();
}

void writeColumn(JsonWriter& json, const Column& column) {
    json.member("name", column.name);
    json.member("type", format(column.type));
    json.member("type_origin", originName(column.typeOrigin));
    if (column.numbersAre != NumericTime::none) json.member("numbers_are", name(column.numbersAre));
    writeText(json, "native_type", column.nativeType);
    json.member("nullable", column.nullable);
    if (column.defaultValue) json.member("default", *column.defaultValue);
    if (column.identity != Identity::none) json.member("identity", identityName(column.identity));
    if (column.nextValue) json.member("next_value", *column.nextValue);
    if (column.generated) {
        json.member("generated", *column.generated);
        json.member("generated_stored", column.generatedStored);
    }
    writeText(json, "collation", column.collation);
    writeText(json, "spelling", column.spelling);
    writeText(json, "comment", column.comment);
}

void writeForeignKey(JsonWriter& json, const ForeignKey& key) {
    writeText(json, "name", key.name);
    json.member("columns", key.columns);
    writeText(json, "target_schema", key.targetSchema);
    json.member("target_table", key.targetTable);
    json.member("target_columns", key.targetColumns);
    json.member("on_update", key.onUpdate);
    json.member("on_delete", key.onDelete);
    json.member("deferrable", key.deferrable);
    json.member("initially_deferred", key.initiallyDeferred);
}

void writeTable(JsonWriter& json, const Table& table, const std::string& member) {
    json.member("name", table.name);
    writeText(json, "schema", table.schema);
    json.member("file", member);
    if (table.partial) json.member("partial", true);
    if (table.reduced) json.member("reduced", true);
    writeList(json, "columns", table.columns, [&json](const Column& column) { writeColumn(json, column); });
    if (!table.primaryKey.empty()) json.member("primary_key", table.primaryKey);
    writeList(json, "uniques", table.uniques, [&json](const UniqueConstraint& unique) {
        writeText(json, "name", unique.name);
        json.member("columns", unique.columns);
    });
    writeList(json, "foreign_keys", table.foreignKeys,
              [&json](const ForeignKey& key) { writeForeignKey(json, key); });
    writeList(json, "indexes", table.indexes, [&json](const Index& index) {
        json.member("name", index.name);
        json.member("unique", index.unique);
        json.member("columns", index.columns);
        writeText(json, "native_sql", index.nativeSql);
    });
    writeList(json, "checks", table.checks, [&json](const CheckConstraint& check) {
        writeText(json, "name", check.name);
        json.member("expression", check.expression);
    });
    writeText(json, "native_sql", table.nativeSql);
    writeText(json, "comment", table.comment);
}

void writeObject(JsonWriter& json, const NativeObject& object) {
    json.member("type", object.type);
    writeText(json, "schema", object.schema);
    json.member("name", object.name);
    writeText(json, "table", object.table);
    writeText(json, "sql", object.sql);
    if (!object.labels.empty()) json.member("labels", object.labels);
}

}  // namespace

void writeSchema(TextBuffer& out, const Catalog& catalog, const std::vector<std::string>& members) {
    JsonWriter json(out);
    json.beginObject();
    json.member("format_version", formatVersion);
    json.member("dialect", catalog.dialect);
    json.key("tables");
    json.beginArray();
    for (std::size_t i = 0; i < catalog.tables.size(); ++i) {
        json.beginObject();
        writeTable(json, catalog.tables[i], members[i]);
        json.endObject();
    }
    json.endArray();
    writeList(json, "objects", catalog.objects,
              [&json](const NativeObject& object) { writeObject(json, object); });
    json.endObject();
    out.append('\n');
}

}  // namespace roost::archive
