// One `database/<table>.json` as rows: the reverse of record_encoder.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "roost/batch.hpp"
#include "roost/catalog.hpp"

namespace roost::archive {

/// How a table is read. As it stands: an archive that roost wrote itself, to the letter.
struct TableReaderOptions {
    /// Keys of records that are passed over with all that they hold. Every other key must be a column's.
    std::vector<std::string> ignoredKeys;
    /// A column that a record does not have is null there; otherwise that is an error.
    bool missingIsNull = false;
    /// Columns in which Go's zero time (0001-01-01T00:00:00Z) stands for null.
    std::vector<std::string> zeroTimeIsNull;
    /// Where a time's text is restored, UTC is "+00:00", not "Z", if the column's spelling has an offset.
    bool utcIsOffset = false;
    /// Brackets within brackets.
    std::size_t maxDepth = 64;
    /// Bytes of one value, as it stands in the JSON.
    std::size_t maxValueBytes = std::size_t{1} << 30U;
};

/// Reads the document as it comes, in pieces of any size. Holds the batch that is being filled, the batches
/// that are waiting, and a value that a piece cut. Every failure is a roost::Error that names the member, the
/// record (from 1) and the field; after it the reader is of no use. One thread.
///
/// Cells are what the source that wrote the archive gave: for the dialect "sqlite" (and for columns of text
/// whose type the pipeline set) times and uuids are their stored text, in other dialects values of their own
/// kinds. Rows have a cell for each column of the table; generated columns are null.
class TableReader {
public:
    /// `member` is what messages call the document. Nothing that is given needs to outlive the constructor.
    TableReader(const Table& table, std::string_view dialect, std::string member,
                TableReaderOptions options = {});
    ~TableReader();
    TableReader(const TableReader&) = delete;
    TableReader& operator=(const TableReader&) = delete;

    void feed(std::span<const char> piece);
    /// The document is over: throws where it is not whole. Makes the last batch ready.
    void finish();
    /// The next batch that is ready, never an empty one; null where none is. To be emptied after each feed()
    /// and after finish().
    [[nodiscard]] BatchPtr takeBatch();
    /// Records that were read in full.
    [[nodiscard]] std::uint64_t rows() const noexcept;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace roost::archive
