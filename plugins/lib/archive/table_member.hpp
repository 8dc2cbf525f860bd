// One table on its way into an archive.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lib/archive/member_writer.hpp"
#include "lib/archive/record_encoder.hpp"
#include "lib/archive/text_buffer.hpp"
#include "roost/catalog.hpp"

namespace roost::archive {

/// Writes tables as JSON arrays with a record a line. A table of up to 1 MiB is written with its size in a
/// plain header; a larger one goes out as it comes. One thread.
class TableMember {
public:
    /// `members` must outlive it.
    explicit TableMember(MemberWriter& members);

    /// `member` is what it is called in the archive, `seconds` its modification time.
    void begin(const Table& table, const std::string& member, std::int64_t seconds);
    void append(const Batch& batch);
    void end();

    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }

private:
    void handOn(std::string_view text);

    MemberWriter& members_;
    TextBuffer text_;
    std::optional<RecordEncoder> encoder_;
    stream::NewMember member_;
    std::uint64_t rows_ = 0;
    bool streaming_ = false;
};

}  // namespace roost::archive
