#include "conformance/recording.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <variant>

#include "conformance/collecting_sink.hpp"
#include "conformance/value_comparison.hpp"

namespace roost::conformance {

namespace {

using Told = std::vector<std::string>;

/// True where one of the texts has all the words.
bool speaksOf(const Told& told, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(told, [&](const std::string& text) {
        return std::ranges::all_of(
            words, [&](std::string_view word) { return text.find(word) != std::string::npos; });
    });
}

/// For each column that was written its position in what was read; nothing where it is not there.
std::vector<std::optional<std::size_t>> positions(const RecordedTable& written, const RecordedTable& read) {
    std::vector<std::optional<std::size_t>> found;
    for (const std::string& column : written.columns) {
        const auto at = std::ranges::find(read.columns, column);
        found.push_back(at == read.columns.end()
                            ? std::nullopt
                            : std::optional(static_cast<std::size_t>(at - read.columns.begin())));
    }
    return found;
}

std::string rowText(const std::string& table, const RecordedTable& written, const std::string& key) {
    return "the row " + written.columns.front() + " = " + key + " of table " + table;
}

std::string columnText(const std::string& column, const std::string& row) {
    return "column '" + column + "' of " + row;
}

std::string tableDifference(const std::string& name, const RecordedTable& written, const RecordedTable& read,
                            const Told& told) {
    const auto columns = positions(written, read);
    for (std::size_t c = 0; c < columns.size(); ++c)
        if (!columns[c] && !speaksOf(told, {name, written.columns[c]}))
            return "table " + name + " came back without its column '" + written.columns[c] + "'";
    if (written.rows.size() != read.rows.size())
        return "table " + name + " was written with " + std::to_string(written.rows.size()) +
               " rows and came back with " + std::to_string(read.rows.size());
    if (!columns.front()) return {};  // without its key no row can be told from another
    std::map<std::string, std::span<const Cell>> byKey;
    for (const auto& row : read.rows) byKey[plainText(row[*columns.front()])] = row;
    for (const auto& row : written.rows) {
        const std::string key = plainText(row.front());
        const auto found = byKey.find(key);
        if (found == byKey.end()) return rowText(name, written, key) + " did not come back";
        for (std::size_t c = 0; c < row.size(); ++c) {
            if (!columns[c] || isSameValue(row[c], found->second[*columns[c]])) continue;
            if (speaksOf(told, {name, written.columns[c]})) continue;
            return columnText(written.columns[c], rowText(name, written, key)) + " was written as " +
                   shown(row[c]) + " and came back as " + shown(found->second[*columns[c]]);
        }
    }
    return {};
}

std::string octal(std::uint32_t mode) {
    std::string text;
    for (const unsigned shift : {6U, 3U, 0U}) text += static_cast<char>('0' + ((mode >> shift) & 7U));
    return text;
}

std::string entryDifference(const std::string& name, const RecordedEntry& written, const RecordedEntry& read,
                            const Told& told) {
    if (written.type != read.type)
        return (written.type == EntryType::file ? "file " + name + " came back as a folder"
                                                : "folder " + name + " came back as a file");
    if (written.size != read.size)
        return "file " + name + " was written with " + std::to_string(written.size) +
               " bytes and came back with " + std::to_string(read.size);
    if (written.digest != read.digest) return "file " + name + " came back with other bytes";
    if (written.mode != read.mode && !speaksOf(told, {"mode"}) && !speaksOf(told, {"permission"}))
        return name + " was written with mode " + octal(written.mode) + " and came back with " +
               octal(read.mode);
    if (written.modifiedNanoseconds != read.modifiedNanoseconds && !speaksOf(told, {"time"}))
        return name + " came back with another modification time";
    return {};
}

/// A folder that has something in it is there with that: a storage may leave it out, or give it unasked.
bool hasBelow(const Recording& recording, const std::string& folder) {
    const auto next = recording.entries.upper_bound(folder + "/");
    return next != recording.entries.end() && next->first.starts_with(folder + "/");
}

std::string entriesDifference(const Recording& written, const Recording& read, const Told& told) {
    for (const auto& [name, entry] : written.entries) {
        if (speaksOf(told, {name})) continue;
        const auto found = read.entries.find(name);
        if (found != read.entries.end()) {
            if (std::string other = entryDifference(name, entry, found->second, told); !other.empty())
                return other;
        } else if (entry.type == EntryType::file) {
            return "file " + name + " did not come back";
        } else if (!hasBelow(written, name) && !speaksOf(told, {"folder"})) {
            return "folder " + name + " did not come back";
        }
    }
    for (const auto& [name, entry] : read.entries)
        if (!written.entries.contains(name) && !(entry.type == EntryType::folder && hasBelow(written, name)))
            return name + " came back, and was never written";
    return {};
}

}  // namespace

Acceptance RecordingSink::accept(const Catalog&, Context&) {
    Acceptance acceptance;
    acceptance.tables = acceptance.entries = true;
    acceptance.target = "the host's memory";
    return acceptance;
}

void RecordingSink::begin(const Catalog& catalog, Context&) {
    catalog_ = &catalog;
    for (const Table& table : catalog.tables)
        for (const Column& column : table.columns)
            recording_.tables[table.name].columns.push_back(column.name);
    for (const EntryKindTotals& kind : catalog.entryKinds) recording_.kinds[kind.kind] = kind.coverage;
}

void RecordingSink::write(Item& item) {
    if (const auto* batch = std::get_if<BatchPtr>(&item)) {
        RecordedTable& table = recording_.tables[catalog_->find((*batch)->table())->name];
        table.batches.push_back(*batch);
        for (std::size_t i = 0; i < (*batch)->rows(); ++i) table.rows.push_back((*batch)->row(i));
    }
    auto* entry = std::get_if<Entry>(&item);
    if (entry == nullptr) return;
    RecordedEntry recorded{entry->type, entry->mode & 07777U, entry->modifiedNanoseconds, 0, {}};
    Poco::SHA1Engine digest;
    std::array<std::byte, 65536> buffer{};
    while (entry->content) {
        const std::size_t got = entry->content->read(buffer);
        if (got == 0) break;
        digest.update(buffer.data(), static_cast<unsigned>(got));
        recorded.size += got;
    }
    recorded.digest = Poco::DigestEngine::digestToHex(digest.digest());
    recording_.entries[entry->displayName()] = recorded;
}

std::string difference(const Recording& written, const Recording& read, const Told& told) {
    for (const auto& [name, table] : written.tables) {
        const auto found = read.tables.find(name);
        if (found == read.tables.end()) return "table " + name + " did not come back";
        if (std::string other = tableDifference(name, table, found->second, told); !other.empty())
            return other;
    }
    for (const auto& [kind, coverage] : written.kinds) {
        const auto found = read.kinds.find(kind);
        if (found == read.kinds.end()) return "the kind '" + kind + "' of files did not come back";
        if (found->second < coverage)
            return "a part of the kind '" + kind + "' of files came back as all of it";
    }
    return entriesDifference(written, read, told);
}

}  // namespace roost::conformance
