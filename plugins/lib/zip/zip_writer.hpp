// Writing a zip from front to back.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "lib/stream/container.hpp"
#include "lib/stream/deflate_chunk.hpp"
#include "lib/zip/zip_record.hpp"
#include "scratch/scratch_file.hpp"

namespace roost::zip {

struct ZipOptions {
    int level = 2;  ///< 0 stores, 1 to 3 ISA-L, 4 to 9 zlib
};

/// Each member is deflated by the caller's thread; its local header is rewritten when it ends. The first one
/// is stored. What the directory needs waits in an unlinked temporary file, so memory does not grow with the
/// number of members.
class ZipWriter final : public stream::ContainerWriter {
public:
    /// `target` must outlive the writer. Calls throw roost::Interrupted once `stop` is requested.
    ZipWriter(stream::ByteTarget& target, const ZipOptions& options, std::filesystem::path temporaryFolder,
              std::stop_token stop);

    void reserveFirst(const stream::NewMember& member) override;
    void begin(const stream::NewMember& member) override;
    void beginUnsized(const stream::NewMember& member) override;
    [[nodiscard]] std::span<std::byte> space() override;
    void write(stream::Bytes data) override;
    void end() override;
    [[nodiscard]] stream::Bytes headerBytes() const override { return std::as_bytes(std::span(header_)); }
    [[nodiscard]] std::string header(const stream::NewMember& member) const override;
    void closeMembers(const stream::NewMember& first) override;
    void fillFirst(stream::Bytes data) override;
    void finish() override;

private:
    void open(const stream::NewMember& member, bool sized);
    void encodeChunk();
    void append(stream::Bytes bytes);
    void append(const std::string& text) { append(std::as_bytes(std::span(text))); }
    void note(const Record& record);
    void writeDirectory();

    stream::ByteTarget& target_;
    std::stop_token stop_;
    stream::ChunkEncoder encoder_;
    stream::EncodedChunk encoded_;
    std::vector<std::byte> buffer_;  // history, then what was not encoded yet
    std::size_t history_ = 0;
    std::size_t used_ = 0;

    Record first_;
    std::uint64_t firstFilled_ = 0;
    std::int64_t moved_ = 0;  // how far the first member's size has moved the others
    Record current_;
    std::optional<std::uint64_t> promised_;  // the current member's size, where it was told
    std::string header_;
    ScratchFile directory_;
    std::uint64_t members_ = 0;
};

}  // namespace roost::zip
