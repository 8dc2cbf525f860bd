// Numbers of the zip format (APPNOTE.TXT 6.3.10) that Poco::Zip keeps to itself or does not know.
#pragma once

#include <cstdint>

namespace roost::zip {

// Positions within a local header.
inline constexpr std::uint32_t localFlags = 6;
inline constexpr std::uint32_t localMethod = 8;
inline constexpr std::uint32_t localTime = 10;
inline constexpr std::uint32_t localCrc = 14;
inline constexpr std::uint32_t localCompressed = 18;
inline constexpr std::uint32_t localSize = 22;
inline constexpr std::uint32_t localNameLength = 26;
inline constexpr std::uint32_t localExtraLength = 28;

// Positions within a record of the directory.
inline constexpr std::uint32_t directoryMadeBy = 4;
inline constexpr std::uint32_t directoryFlags = 8;
inline constexpr std::uint32_t directoryMethod = 10;
inline constexpr std::uint32_t directoryTime = 12;
inline constexpr std::uint32_t directoryCrc = 16;
inline constexpr std::uint32_t directoryCompressed = 20;
inline constexpr std::uint32_t directorySize = 24;
inline constexpr std::uint32_t directoryNameLength = 28;
inline constexpr std::uint32_t directoryExtraLength = 30;
inline constexpr std::uint32_t directoryCommentLength = 32;
inline constexpr std::uint32_t directoryDisk = 34;
inline constexpr std::uint32_t directoryAttributes = 38;
inline constexpr std::uint32_t directoryLocalOffset = 42;

// General purpose flags.
inline constexpr std::uint16_t encryptedFlag = 0x0001;
inline constexpr std::uint16_t sizesBehindFlag = 0x0008;
inline constexpr std::uint16_t utf8Flag = 0x0800;

// Systems that made a member.
inline constexpr std::uint8_t madeOnUnix = 3;
inline constexpr std::uint8_t madeOnMac = 19;

// Extra fields: a head of two numbers, id and length, then the content.
inline constexpr std::uint32_t extraHeadBytes = 4;
inline constexpr std::uint16_t zip64Field = 0x0001;
inline constexpr std::uint16_t ntfsField = 0x000A;
inline constexpr std::uint16_t unixTimeField = 0x5455;
inline constexpr char modifiedTimeFlag = 1;
inline constexpr std::uint16_t ntfsTimesTag = 1;
inline constexpr std::uint16_t ntfsTimesBytes = 24;
/// Seconds from 1601, from which NTFS counts, to 1970; and its ticks a second.
inline constexpr std::int64_t ntfsEpoch = 11'644'473'600;
inline constexpr std::int64_t ntfsTicks = 10'000'000;

}  // namespace roost::zip
