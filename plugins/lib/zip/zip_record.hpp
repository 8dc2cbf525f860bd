// What a zip says of a member: its local header and its record in the directory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/stream/member.hpp"

namespace roost::zip {

/// Methods of compression (APPNOTE.TXT 4.4.5).
inline constexpr std::uint16_t stored = 0;
inline constexpr std::uint16_t deflated = 8;

/// Where the parts of the records stand that Poco::Zip does not give (APPNOTE.TXT 4.3.7, 4.3.12).
inline constexpr std::size_t localHeaderBytes = 30;
inline constexpr std::size_t directoryRecordBytes = 46;

/// A member that roost writes.
struct Record {
    stream::NewMember member;  ///< its size is the one that the record tells
    std::uint16_t method = deflated;
    bool wide = false;  ///< its local header has room for sizes of 64 bits
    std::uint32_t crc = 0;
    std::uint64_t compressed = 0;
    std::uint64_t offset = 0;  ///< of the local header
};

/// Its length depends on the name, the time and `wide` alone. Throws roost::Error for a name that a zip does
/// not hold.
[[nodiscard]] std::string localHeader(const Record& record);
[[nodiscard]] std::string directoryRecord(const Record& record);
/// What ends a zip: for many members or large ones the records of zip64 first.
[[nodiscard]] std::string directoryEnd(std::uint64_t members, std::uint64_t directoryOffset,
                                       std::uint64_t directoryBytes);

/// What ContainerWriter::header() gives of a member: kind, mode, time, size and name as text, a NUL behind
/// it.
[[nodiscard]] std::string headerText(std::string_view name, bool folder, std::uint32_t mode,
                                     std::int64_t modifiedSeconds, std::uint64_t size);

}  // namespace roost::zip
