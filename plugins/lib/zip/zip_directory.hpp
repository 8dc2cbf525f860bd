// The directory at the end of a zip, read with distrust.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/stream/byte_input.hpp"
#include "roost/error.hpp"

namespace roost::zip {

/// What extra fields tell that roost understands.
struct ExtraFields {
    std::optional<std::int64_t> modifiedNanoseconds;
    std::string_view zip64;  ///< its content; empty where there is none
};

/// Nothing where a field reaches beyond the end of `extra`, or the end is no field. Valid as long as `extra`.
[[nodiscard]] std::optional<ExtraFields> extraFields(std::string_view extra);

/// What the directory says of a member.
struct DirectoryEntry {
    std::string name;
    std::uint16_t flags = 0;
    std::uint16_t method = 0;
    std::uint32_t time = 0;  ///< the zip's own, as it stands
    std::uint32_t crc = 0;
    std::uint64_t compressed = 0;
    std::uint64_t size = 0;
    std::uint64_t offset = 0;
    std::uint8_t madeOn = 0;
    std::uint32_t attributes = 0;
    std::optional<std::int64_t> modifiedNanoseconds;
    std::string raw;  ///< the whole record
};

/// The records, in order. Throws roost::Error that names the zip. One thread.
class ZipDirectory {
public:
    /// Finds the directory. It must end where the records behind it begin, and these with the file.
    explicit ZipDirectory(std::shared_ptr<const stream::RandomInput> input);

    [[nodiscard]] std::optional<DirectoryEntry> next();
    /// Where the members' bytes must have ended.
    [[nodiscard]] std::uint64_t begin() const noexcept { return begin_; }
    /// Whether what stands behind the directory is what roost writes there.
    [[nodiscard]] bool endsAsRoosts() const;

private:
    [[noreturn]] void damaged(const std::string& how) const;
    [[noreturn]] void explainEnd() const;
    [[noreturn]] void explainPlace(std::uint64_t bytes) const;
    void find();
    void readEnd(const char* end, std::uint64_t position);
    std::uint64_t readWideEnd(std::uint64_t endPosition);
    [[nodiscard]] std::string recordName() const;
    std::string_view take(std::size_t size);

    std::shared_ptr<const stream::RandomInput> input_;
    std::uint64_t begin_ = 0;
    std::uint64_t end_ = 0;
    std::uint64_t entries_ = 0;
    std::uint64_t given_ = 0;
    std::uint64_t at_ = 0;  // of what is not in buffer_ yet
    std::string buffer_;    // a stretch of the directory
    std::size_t used_ = 0;
};

}  // namespace roost::zip
