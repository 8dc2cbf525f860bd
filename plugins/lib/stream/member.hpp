// A member of an archive, whatever the format that it stands in.
#pragma once

#include <cstdint>
#include <string>

namespace roost::stream {

/// A file or folder as it is to be written.
struct NewMember {
    std::string name;  ///< any bytes but NUL; a folder's without a slash at its end
    bool folder = false;
    std::uint32_t mode = 0600;
    std::int64_t modifiedSeconds = 0;  ///< since 1970-01-01 UTC
    std::uint64_t size = 0;
};

enum class MemberKind : std::uint8_t { file, folder, hardLink, symbolicLink, device, fifo, sparse, other };

/// One that was read, as its headers tell of it.
struct MemberHeader {
    std::string name;  ///< as it stands there, with "./" and a '/' at its end; any bytes but NUL
    MemberKind kind = MemberKind::file;
    std::uint64_t size = 0;
    std::uint32_t mode = 0;
    std::int64_t modifiedNanoseconds = 0;  ///< since 1970-01-01 UTC
    /// What roost would have written otherwise, as far as that shows; "" for nothing.
    std::string oddity;
};

}  // namespace roost::stream
