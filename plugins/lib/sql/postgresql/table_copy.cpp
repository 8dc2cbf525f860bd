#include "lib/sql/postgresql/table_copy.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <utility>

#include "lib/sql/postgresql/identifiers.hpp"
#include "lib/sql/postgresql/text_check.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

constexpr std::size_t sendBytes = std::size_t{128} << 10U;
/// Of batches whose rows the server may still refuse.
constexpr std::size_t pieceBytes = std::size_t{8} << 20U;
constexpr std::size_t anyNumber = std::numeric_limits<std::size_t>::max();

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

/// PostgreSQL, appendix A: data exceptions, integrity constraints, and what a trigger raises. Anything else
/// says nothing of the row.
bool isAboutRow(std::string_view sqlState) {
    return sqlState.starts_with("22") || sqlState.starts_with("23") || sqlState == "P0001";
}

std::string hexadecimal(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "\\x";
    for (const char c : bytes) {
        text += digits[static_cast<unsigned char>(c) >> 4U];
        text += digits[static_cast<unsigned char>(c) & 15U];
    }
    return text;
}

}  // namespace

TableCopy::TableCopy(Connection& connection, CopyTarget target, RowEncoder encoder, BadValues& bad,
                     DigestFields* digest)
    : connection_(connection),
      target_(std::move(target)),
      encoder_(std::move(encoder)),
      bad_(bad),
      digestFields_(digest),
      pieceRows_(anyNumber) {
    if (digest == nullptr) return;
    digest_.emplace(digest->layout());
    pieceDigest_.emplace(digest->layout());
}

void TableCopy::start() {
    std::string sql = "COPY " + quoteQualified(target_.schema, target_.relation) + " (";
    std::string_view separator;
    for (const LoadedColumn& column : encoder_.columns()) {
        sql.append(separator).append(quoteIdentifier(column.converter.column().name));
        separator = ", ";
    }
    sql += encoder_.format() == CopyFormat::binary ? ") FROM STDIN (FORMAT binary)"
                                                   : ") FROM STDIN (FORMAT text)";
    const std::string action = "load table '" + target_.from->qualifiedName() + "'";
    connection_.execute("SAVEPOINT roost_rows", action);
    connection_.startCopyIn(sql, action);
    running_ = true;
    encoder_.begin(buffer_);
}

void TableCopy::add(const BatchPtr& batch) {
    if (encoder_.columns().empty()) {  // COPY knows no rows without columns
        rowsAdded_ += batch->rows();
        return;
    }
    batches_.push_back(batch);
    heldBytes_ += batch->bytes();
    const auto place = static_cast<std::uint32_t>(batches_.size() - 1);
    for (std::size_t i = 0; i < batch->rows(); ++i) {
        addRow({++rowsAdded_, place, static_cast<std::uint32_t>(i), nullptr});
        addPending();
    }
    if (heldBytes_ >= pieceBytes) letGo();
}

void TableCopy::addPending() {
    while (!pending_.empty()) {
        Row row = std::move(pending_.front());
        pending_.pop_front();
        addRow(std::move(row));
    }
}

/// Waits until the server has taken all rows so far, so that their batches can go.
void TableCopy::letGo() {
    while (running_ || !pending_.empty()) {
        addPending();
        if (running_) endPiece();
    }
    batches_.clear();
    heldBytes_ = 0;
}

std::span<const Cell> TableCopy::cellsOf(const Row& row) const {
    if (row.mended) return row.mended->cells;
    return batches_[row.batch]->row(row.place);
}

void TableCopy::addRow(Row row) {
    if (!encode(row)) return;
    piece_.push_back(std::move(row));
    if (buffer_.size() >= sendBytes) send();
    if (running_ && piece_.size() >= pieceRows_) endPiece();
}

/// False where the row is left out.
bool TableCopy::encode(Row& row) {
    for (;;) {
        if (!running_) start();
        const std::size_t begin = buffer_.size();
        digestBuffer_.clear();
        try {
            encoder_.add(cellsOf(row), buffer_, digestBuffer_);
            if (digestFields_ != nullptr) addToDigest(begin);
            return true;
        } catch (const BadColumn& bad) {
            buffer_.shorten(buffer_.size() - begin);
            if (mend(row, bad.column(), bad.what(), bad.hint())) continue;
            if (bad_.policy() == OnBadValue::fail) tellOthers(row, bad.column() + 1);
            return false;
        }
    }
}

/// What else does not fit in a row that is left out.
void TableCopy::tellOthers(const Row& row, std::size_t column) {
    for (; column < encoder_.columns().size(); ++column) {
        try {
            encoder_.check(column, cellsOf(row));
        } catch (const BadColumn& bad) {
            BadCell also = badCell(row, &encoder_.columns()[column], bad.what());
            also.hint = bad.hint();
            bad_.tell(also);
        }
    }
}

void TableCopy::addToDigest(std::size_t rowBegin) {
    const std::span<const char> bytes =
        encoder_.format() == CopyFormat::binary ? buffer_.bytes().subspan(rowBegin) : digestBuffer_.bytes();
    static_cast<void>(splitRow(bytes, fields_));
    pieceDigest_->add(digestFields_->of(fields_));
}

BadCell TableCopy::badCell(const Row& row, const LoadedColumn* column, const std::string& reason) const {
    const std::span<const Cell> cells = cellsOf(row);
    BadCell bad;
    bad.rejected.table = target_.from;
    bad.rejected.row = cells;
    for (const KeyColumn& key : target_.key) bad.rejected.key.push_back(key.from);
    bad.rejected.reason = reason;
    bad.shownRow = shownRow(cells, target_.key, row.number);
    if (column == nullptr) return bad;
    bad.rejected.column = column->from;
    bad.shownValue = shownCell(cells[column->from]);
    return bad;
}

/// Does with a value that its column can't hold what the policy says. False where the row is left out.
bool TableCopy::mend(Row& row, std::size_t column, const std::string& reason, const std::string& hint) {
    const LoadedColumn& loaded = encoder_.columns()[column];
    const bool isKey = std::ranges::find(target_.key, loaded.from, &KeyColumn::from) != target_.key.end();
    if (bad_.policy() == OnBadValue::null && loaded.nullable && !isKey) {
        bad_.mended(badCell(row, &loaded, reason), "is NULL now");
        mendedRow(row).cells[loaded.from] = Cell::null();
        return true;
    }
    if (bad_.policy() == OnBadValue::text && asText(row, column, reason)) return true;
    BadCell bad = badCell(row, &loaded, reason);
    bad.hint = hint;
    bad_.leaveOut(bad);
    return false;
}

TableCopy::MendedRow& TableCopy::mendedRow(Row& row) const {
    if (!row.mended) {
        const std::span<const Cell> cells = cellsOf(row);
        row.mended = std::make_unique<MendedRow>();
        row.mended->cells.assign(cells.begin(), cells.end());
    }
    return *row.mended;
}

/// Bytes that no text holds as hexadecimal digits, anything else in a column that becomes one of text. False
/// where neither can be.
bool TableCopy::asText(Row& row, std::size_t column, const std::string& reason) {
    const LoadedColumn& loaded = encoder_.columns()[column];
    const Cell cell = cellsOf(row)[loaded.from];
    const bool isText = loaded.converter.column().form == TargetForm::text;
    if (isText && (cell.kind() == CellKind::bytes ||
                   (cell.kind() == CellKind::text && checkText(cell.text()).fault != TextFault::none))) {
        bad_.mended(badCell(row, &loaded, reason), "is kept as the hexadecimal digits of its bytes");
        MendedRow& mended = mendedRow(row);
        mended.cells[loaded.from] =
            Cell::view(CellKind::text, mended.texts.emplace_back(hexadecimal(cell.text())));
        return true;
    }
    if (!target_.widen || (isText && loaded.converter.column().characters == 0)) return false;
    if (running_) endPiece();
    if (!target_.widen(loaded.converter.column())) return false;
    bad_.mended(badCell(row, &loaded, reason), "is kept as text: the column is one of text now");
    encoder_.widen(column);
    // What was hashed so far were values of the other type.
    digestFields_ = nullptr;
    digest_.reset();
    pieceDigest_.reset();
    return true;
}

void TableCopy::send() {
    try {
        connection_.send(buffer_.bytes());
        buffer_.clear();
        // It says something while it takes rows: either a notice, or that it takes no more of them, and then
        // nothing that is sent from here on counts. Only the end of the COPY tells which.
        if (connection_.hasAnswer()) endPiece();
    } catch (const ServerError& error) {
        recover(error);
    }
}

void TableCopy::endPiece() {
    try {
        encoder_.end(buffer_);
        connection_.send(buffer_.bytes());
        buffer_.clear();
        rowsTaken_ += connection_.finishCopyIn();
    } catch (const ServerError& error) {
        return recover(error);
    }
    running_ = false;
    connection_.execute("RELEASE SAVEPOINT roost_rows", "load table '" + target_.from->qualifiedName() + "'");
    if (digest_) digest_->add(*pieceDigest_);
    pieceRows_ = pieceRows_ > anyNumber / 2 ? anyNumber : pieceRows_ * 2;
    piece_.clear();
    if (pieceDigest_) pieceDigest_->clear();
}

std::optional<TableCopy::Refusal> TableCopy::refusalOf(const ServerError& error) const {
    if (connection_.lost() || !isAboutRow(error.sqlState())) return std::nullopt;
    CopyPlace place = placeIn(error.report().context, target_.relation);
    if (place.row == 0 || place.row > piece_.size()) return std::nullopt;
    if (place.column.empty()) place.column = error.report().column;
    return Refusal{static_cast<std::size_t>(place.row) - 1, place.column};
}

/// The COPY is over, and nothing of it was taken. The row that the server named is settled; those before it
/// go in by themselves, those behind it are sent again in small pieces, since where one is bad others often
/// are.
void TableCopy::recover(const ServerError& error) {
    running_ = false;
    buffer_.clear();
    const auto refusal = refusalOf(error);
    if (!refusal) throw error;
    const std::string action = "load table '" + target_.from->qualifiedName() + "'";
    connection_.execute("ROLLBACK TO SAVEPOINT roost_rows; RELEASE SAVEPOINT roost_rows", action);
    std::vector<Row> rows = std::exchange(piece_, {});
    if (pieceDigest_) pieceDigest_->clear();
    const auto at = rows.begin() + static_cast<std::ptrdiff_t>(refusal->place);
    pending_.insert(pending_.begin(), std::make_move_iterator(at + 1), std::make_move_iterator(rows.end()));
    settle(*at, *refusal, error);
    for (auto row = rows.begin(); row != at; ++row)
        if (encode(*row)) piece_.push_back(std::move(*row));
    if (running_) endPiece();
    pieceRows_ = 1;
}

void TableCopy::settle(Row& row, const Refusal& refusal, const ServerError& error) {
    const auto& columns = encoder_.columns();
    const auto column = std::ranges::find_if(columns, [&](const LoadedColumn& candidate) {
        return candidate.converter.column().name == refusal.column;
    });
    const std::string reason = error.report().text();
    const bool value = column != columns.end() && !cellsOf(row)[column->from].isNull();
    if (value && error.sqlState().starts_with("22")) {
        if (mend(row, static_cast<std::size_t>(column - columns.begin()), reason, error.hint()))
            pending_.push_front(std::move(row));
        return;
    }
    bad_.leaveOut(badCell(row, column == columns.end() ? nullptr : &*column, reason));
}

std::uint64_t TableCopy::finish() {
    if (encoder_.columns().empty()) addRowsOfNothing();
    letGo();
    return rowsTaken_;
}

void TableCopy::addRowsOfNothing() {
    rowsTaken_ =
        connection_
            .query("INSERT INTO " + quoteQualified(target_.schema, target_.relation) +
                       " SELECT FROM pg_catalog.generate_series(1, $1::bigint)",
                   "load table '" + target_.from->qualifiedName() + "'", {std::to_string(rowsAdded_)})
            .affectedRows();
}

}  // namespace roost::sql::postgresql
