#include "lib/sql/postgresql/table_copy.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "lib/sql/postgresql/identifiers.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

constexpr std::size_t sendBytes = std::size_t{128} << 10U;
/// More than what sockets and the server hold back, so that a row that it refuses is still known here.
constexpr std::size_t rememberedBytes = std::size_t{16} << 20U;

/// What the server's CONTEXT says of a COPY: "COPY users, line 5, column id: ..." ("line" and "column" in any
/// language).
struct CopyPlace {
    std::uint64_t row = 0;  ///< counted from 1; 0 where nothing is said
    std::string column;
};

CopyPlace placeIn(std::string_view context, const std::string& relation) {
    CopyPlace place;
    const std::string head = "COPY " + relation + ",";
    const std::size_t at = context.find(head);
    if (at == std::string_view::npos) return place;
    std::string_view rest = context.substr(at + head.size());
    rest = rest.substr(0, rest.find('\n'));
    const std::size_t digits = rest.find_first_of("0123456789");
    if (digits == std::string_view::npos) return place;
    rest.remove_prefix(digits);
    const char* end = std::from_chars(rest.data(), rest.data() + rest.size(), place.row).ptr;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (!rest.starts_with(", ")) return place;
    rest.remove_prefix(2);
    rest.remove_prefix(std::min(rest.find(' ') + 1, rest.size()));
    place.column = rest.substr(0, rest.find(": "));
    return place;
}

}  // namespace

TableCopy::TableCopy(Connection& connection, CopyTarget target, RowEncoder encoder)
    : connection_(connection), target_(std::move(target)), encoder_(std::move(encoder)) {}

void TableCopy::start() {
    std::string sql = "COPY " + quoteQualified(target_.schema, target_.relation) + " (";
    std::string_view separator;
    for (const LoadedColumn& column : encoder_.columns()) {
        sql.append(separator).append(quoteIdentifier(column.converter.column().name));
        separator = ", ";
    }
    sql += encoder_.format() == CopyFormat::binary ? ") FROM STDIN (FORMAT binary)"
                                                   : ") FROM STDIN (FORMAT text)";
    rowsBefore_ = rowsAdded_;
    connection_.startCopyIn(sql, "load table '" + target_.shownName + "'");
    running_ = true;
    encoder_.begin(buffer_);
}

void TableCopy::add(const BatchPtr& batch) {
    if (encoder_.columns().empty()) {  // COPY knows no rows without columns
        rowsAdded_ += batch->rows();
        return;
    }
    remember(batch);
    for (std::size_t i = 0; i < batch->rows(); ++i) {
        if (!running_) start();
        try {
            encoder_.add(batch->row(i), buffer_);
        } catch (const BadColumn& bad) {
            refused(bad, batch->row(i));
        }
        ++rowsAdded_;
        if (buffer_.size() >= sendBytes) sendBuffer();
    }
}

void TableCopy::sendBuffer() {
    try {
        connection_.send(buffer_.bytes());
        buffer_.clear();
        // It says something while it takes rows: either a notice, or that it takes no more of them, and then
        // nothing that is sent from here on counts. Only the end of the COPY tells which.
        if (connection_.hasAnswer()) endCopy();
    } catch (const ServerError& error) {
        refused(error);
    }
}

void TableCopy::endCopy() {
    encoder_.end(buffer_);
    running_ = false;
    connection_.send(buffer_.bytes());
    buffer_.clear();
    rowsTaken_ += connection_.finishCopyIn();
}

std::uint64_t TableCopy::finish() {
    if (encoder_.columns().empty()) addRowsOfNothing();
    try {
        if (running_) endCopy();
    } catch (const ServerError& error) {
        refused(error);
    }
    recent_.clear();
    return rowsTaken_;
}

void TableCopy::addRowsOfNothing() {
    rowsTaken_ = connection_
                     .query("INSERT INTO " + quoteQualified(target_.schema, target_.relation) +
                                " SELECT FROM pg_catalog.generate_series(1, $1::bigint)",
                            "load table '" + target_.shownName + "'", {std::to_string(rowsAdded_)})
                     .affectedRows();
}

void TableCopy::remember(const BatchPtr& batch) {
    recent_.push_back({rowsAdded_ + 1, batch});
    recentBytes_ += batch->bytes();
    while (recentBytes_ > rememberedBytes && recent_.size() > 1) {
        recentBytes_ -= recent_.front().batch->bytes();
        recent_.pop_front();
    }
}

std::optional<std::span<const Cell>> TableCopy::recentRow(std::uint64_t number) const {
    for (const Recent& recent : recent_)
        if (number >= recent.firstRow && number < recent.firstRow + recent.batch->rows())
            return recent.batch->row(static_cast<std::size_t>(number - recent.firstRow));
    return std::nullopt;
}

void TableCopy::refused(const BadColumn& bad, std::span<const Cell> row) const {
    const LoadedColumn& column = encoder_.columns()[bad.column()];
    throw Error("table " + storage::shownName(target_.shownName) + ", " +
                    shownRow(row, target_.key, rowsAdded_ + 1) + ": column '" +
                    storage::shownName(column.converter.column().name) + "' cannot hold " +
                    shownCell(row[column.from]) + ": " + bad.what(),
                bad.hint().empty() ? "change the value at its source, or the column's type in the target"
                                   : bad.hint());
}

void TableCopy::refused(const ServerError& error) const {
    CopyPlace place = placeIn(error.report().context, target_.relation);
    if (place.row == 0) throw error;
    place.row += rowsBefore_;
    if (place.column.empty()) place.column = error.report().column;
    std::string where = "row " + std::to_string(place.row);
    std::string value;
    if (const auto row = recentRow(place.row)) {
        where = shownRow(*row, target_.key, place.row);
        for (const LoadedColumn& column : encoder_.columns())
            if (column.converter.column().name == place.column)
                value = ": column '" + storage::shownName(place.column) + "' cannot hold " +
                        shownCell((*row)[column.from]);
    }
    throw ServerError("table " + storage::shownName(target_.shownName) + ", " + where + value + ": " +
                          error.report().text(),
                      error.hint(), error.sqlState(), error.report());
}

}  // namespace roost::sql::postgresql
