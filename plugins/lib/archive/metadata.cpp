#include "lib/archive/metadata.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "lib/archive/json_writer.hpp"
#include "lib/sql/calendar.hpp"
#include "roost/version.hpp"

namespace roost::archive {

namespace {

constexpr std::string_view documents = "documents";
constexpr std::string_view configs = "configs";

std::string rfc3339(std::chrono::system_clock::time_point time) {
    using namespace std::chrono;
    constexpr sys_days epoch = year{2000} / January / 1;
    const auto micros = floor<microseconds>(time) - epoch;
    std::array<char, sql::longestTimestamp> text{};
    return {text.data(), sql::writeTimestamp(text.data(), micros.count(), true)};
}

/// Aviary's name of the database.
std::string_view databaseType(std::string_view dialect) noexcept {
    return dialect == "postgresql" ? "postgres" : dialect;
}

std::string qualifiedName(const TableTotals& table) {
    return table.schema.empty() ? table.name : table.schema + "." + table.name;
}

/// Aviary's own members, in its order.
void writeTotals(JsonWriter& json, const Metadata& metadata, SortedSpool& users) {
    json.member("aviary_version", metadata.applicationVersion);
    json.member("git_commit", metadata.applicationCommit);
    json.member("export_timestamp", rfc3339(metadata.exportTime));
    json.member("database_type", databaseType(metadata.dialect));
    json.key("users_exported");
    json.beginArray();
    users.forEach([&json](std::string_view user) { json.text(user); });
    json.endArray();
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    for (const EntryKindTotals& kind : metadata.entryKinds) {
        if (kind.kind == documents) files += kind.files;
        if (kind.kind == documents || kind.kind == configs) bytes += kind.bytes;
    }
    json.member("total_documents", files);
    json.member("total_size_bytes", bytes);
    json.key("exported_tables");
    json.beginArray();
    for (const TableTotals& table : metadata.tables) json.text(qualifiedName(table));
    json.endArray();
    json.member("total_users", metadata.totalUsers);
    json.member("total_api_keys", metadata.totalApiKeys);
}

void writeTables(JsonWriter& json, const std::vector<TableTotals>& tables) {
    json.key("tables");
    json.beginArray();
    for (const TableTotals& table : tables) {
        json.beginObject();
        json.member("name", table.name);
        if (!table.schema.empty()) json.member("schema", table.schema);
        json.member("file", table.member);
        json.member("rows", table.rows);
        if (table.partial) json.member("partial", true);
        json.endObject();
    }
    json.endArray();
}

void writeEntryKinds(JsonWriter& json, const std::vector<EntryKindTotals>& kinds) {
    json.key("entries");
    json.beginArray();
    for (const EntryKindTotals& kind : kinds) {
        json.beginObject();
        json.member("kind", kind.kind);
        json.member("files", kind.files);
        json.member("folders", kind.folders);
        json.member("bytes", kind.bytes);
        json.member("users", kind.users);
        if (kind.coverage != Coverage::whole) json.member("partial", name(kind.coverage));
        json.endObject();
    }
    json.endArray();
}

}  // namespace

void writeMetadata(TextBuffer& out, const Metadata& metadata, SortedSpool& users) {
    JsonWriter json(out);
    json.beginObject();
    writeTotals(json, metadata, users);
    json.key("roost");
    json.beginObject();
    json.member("format_version", formatVersion);
    json.member("roost_version", version());
    json.member("pipeline", metadata.pipeline);
    json.member("complete", true);
    json.member("scopes", metadata.scopes);
    writeTables(json, metadata.tables);
    writeEntryKinds(json, metadata.entryKinds);
    json.member("set_aside", metadata.setAside);
    json.member("members_sha256", metadata.membersSha256);
    json.member("warnings", metadata.warnings);
    json.endObject();
    json.endObject();
}

std::uint64_t paddedSize(std::uint64_t bytes) noexcept {
    constexpr std::uint64_t smallest = 4096;
    return std::bit_ceil(std::max(bytes, smallest));
}

std::uint64_t estimateMetadata(const Catalog& catalog, std::uint64_t users) {
    constexpr std::uint64_t fixed = 1024;
    constexpr std::uint64_t perTable = 120;
    constexpr std::uint64_t perKind = 120;
    constexpr std::uint64_t perMark = 32;  // of what is partial
    constexpr std::uint64_t perUser = 44;  // a uuid with its quotes and indentation
    std::uint64_t size = fixed + perKind * catalog.entryKinds.size();
    for (const EntryKindTotals& kind : catalog.entryKinds)
        if (kind.coverage != Coverage::whole) size += perMark;
    for (const Table& table : catalog.tables)
        size += (table.partial ? perMark : 0) + perTable + 3 * (table.schema.size() + table.name.size());
    return size + users * perUser;
}

}  // namespace roost::archive
