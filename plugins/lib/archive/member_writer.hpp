// Members of an archive, each with its line in checksums.sha256.
#pragma once

#include <filesystem>
#include <string_view>

#include "lib/archive/checksum_list.hpp"
#include "lib/stream/container.hpp"
#include "lib/stream/sha256.hpp"

namespace roost::archive {

/// Writes members one after the other and hashes what they hold. One thread.
class MemberWriter {
public:
    /// `archive` must outlive the writer.
    MemberWriter(stream::ContainerWriter& archive, std::filesystem::path temporaryFolder)
        : archive_(archive), checksums_(std::move(temporaryFolder)) {}

    void addFolder(const stream::NewMember& folder);
    void begin(const stream::NewMember& member);
    void beginUnsized(const stream::NewMember& member);
    void write(stream::Bytes data);
    void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
    void end();

    /// Room that write() takes from without copying; see ContainerWriter::space().
    [[nodiscard]] std::span<std::byte> space() { return archive_.space(); }
    [[nodiscard]] ChecksumList& checksums() noexcept { return checksums_; }
    /// The digest of all members' headers so far (docs/archive-format.md, `members_sha256`), to which those
    /// of members that were not written here are added: the bytes of files have their checksums, and this
    /// finds whatever else has changed.
    [[nodiscard]] stream::Sha256& headers() noexcept { return headers_; }

private:
    stream::ContainerWriter& archive_;
    stream::Sha256 hash_;
    stream::Sha256 headers_;
    ChecksumList checksums_;
    std::string name_;
};

}  // namespace roost::archive
