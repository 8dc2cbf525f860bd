// Rows of COPY ... (FORMAT binary) as cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "roost/batch.hpp"

namespace roost::sql::postgresql {

/// How the binary form of a field becomes a cell; chosen once for each column.
enum class FieldForm : std::uint8_t {
    boolean,
    int16,
    int32,
    int64,
    float32,
    float64,
    numeric,
    text,
    paddedText,  ///< char(n): the blanks at its end are no part of the value
    bytes,
    uuid,
    date,
    time,
    timestamp,
    interval,
    jsonb,
};

/// One field of the rows that come, and the column of the batch that it goes to.
struct Field {
    FieldForm form = FieldForm::text;
    std::size_t column = 0;
};

/// Decodes the messages of one COPY, in order. Not thread-safe.
class RowDecoder {
public:
    /// `fields` in the order in which the COPY gives them. Columns of the batch without a field stay null.
    explicit RowDecoder(std::vector<Field> fields) : fields_(std::move(fields)) {}

    /// Adds the rows of one CopyData message to the batch (the server sends one row a message). Takes the
    /// stream's header and trailer, too. Throws roost::Error where the bytes are no such stream.
    void decode(std::span<const char> message, Batch& batch);
    /// Whether the trailer has come: only then the stream is whole.
    [[nodiscard]] bool complete() const noexcept { return complete_; }

private:
    std::vector<Field> fields_;
    bool begun_ = false;
    bool complete_ = false;
};

}  // namespace roost::sql::postgresql
