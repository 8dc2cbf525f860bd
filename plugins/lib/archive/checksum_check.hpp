// Whether an archive's checksums.sha256 says what its files hold.
#pragma once

#include <filesystem>
#include <string_view>

#include "lib/archive/archive_reader.hpp"
#include "lib/archive/checksum_list.hpp"

namespace roost::archive {

/// Takes the digests of an archive's files as they come and compares all of them, in order, with the list
/// that stands at its end. Keeps them in an unlinked temporary file.
class ChecksumCheck {
public:
    explicit ChecksumCheck(std::filesystem::path temporaryFolder) : expected_(std::move(temporaryFolder)) {}

    void add(std::string_view hexDigest, std::string_view member) { expected_.add(hexDigest, member); }
    /// Reads the member that `reader` stands at. Throws roost::Error that names the first file in which it
    /// differs.
    void compare(ArchiveReader& reader);

private:
    ChecksumList expected_;
};

}  // namespace roost::archive
