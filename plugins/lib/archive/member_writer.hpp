// Members of an archive, each with its line in checksums.sha256.
#pragma once

#include <filesystem>
#include <string_view>

#include "lib/archive/checksum_list.hpp"
#include "lib/stream/sha256.hpp"
#include "lib/stream/tar_writer.hpp"

namespace roost::archive {

/// Writes members one after the other and hashes what they hold. One thread.
class MemberWriter {
public:
    /// `out` and `tar` must outlive the writer.
    MemberWriter(stream::GzipWriter& out, stream::TarWriter& tar, std::filesystem::path temporaryFolder)
        : out_(out), tar_(tar), checksums_(std::move(temporaryFolder)) {}

    void addFolder(const stream::TarMember& folder);
    void begin(const stream::TarMember& member);
    void beginUnsized(const stream::TarMember& member);
    void write(stream::Bytes data);
    void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
    void end();

    /// Room that write() takes from without copying; see GzipWriter::space().
    [[nodiscard]] std::span<std::byte> space() { return out_.space(); }
    [[nodiscard]] ChecksumList& checksums() noexcept { return checksums_; }
    /// The SHA-256 over memberLine() of all members so far. Once, at the end.
    [[nodiscard]] std::string listing() { return listing_.finish(); }

private:
    void list();

    stream::GzipWriter& out_;
    stream::TarWriter& tar_;
    stream::Sha256 hash_;
    stream::Sha256 listing_;
    ChecksumList checksums_;
    stream::TarMember member_;
    std::uint64_t written_ = 0;
    bool unsized_ = false;
};

/// What a member's header tells, as one line for the digest of all of them (docs/archive-format.md,
/// `members_sha256`): file contents have their checksums, and this finds what else may have changed.
[[nodiscard]] std::string memberLine(const stream::TarMember& member);

}  // namespace roost::archive
