// The format tar.gz: one gzip member that holds a tar.
#pragma once

#include <memory>
#include <stop_token>

#include "lib/stream/container.hpp"
#include "lib/stream/gzip_reader.hpp"
#include "lib/stream/gzip_writer.hpp"
#include "lib/stream/tar_reader.hpp"
#include "lib/stream/tar_writer.hpp"

namespace roost::stream {

class TarGzWriter final : public ContainerWriter {
public:
    /// `target` must outlive the writer; see GzipWriter.
    TarGzWriter(ByteTarget& target, const GzipOptions& options, std::stop_token stop)
        : gzip_(target, options, std::move(stop)), tar_(gzip_) {}

    void reserveFirst(const NewMember& member) override;
    void begin(const NewMember& member) override;
    void beginUnsized(const NewMember& member) override;
    [[nodiscard]] std::span<std::byte> space() override { return gzip_.space(); }
    void write(Bytes data) override { tar_.write(data); }
    void end() override;
    [[nodiscard]] Bytes headerBytes() const override { return tar_.headerBytes(); }
    [[nodiscard]] std::string header(const NewMember& member) const override {
        return TarWriter::header(member);
    }
    void closeMembers(const NewMember& first) override;
    void fillFirst(Bytes data) override { gzip_.fill(first_, data); }
    void finish() override;

private:
    GzipWriter gzip_;
    TarWriter tar_;
    GzipWriter::Region first_ = 0;
    std::uint64_t firstSize_ = 0;
    bool unsized_ = false;
};

class TarGzReader final : public ContainerReader {
public:
    /// `context`, if there is one, must outlive the reader; see GzipReader.
    explicit TarGzReader(std::shared_ptr<ByteInput> input, Context* context = nullptr)
        : gzip_(std::move(input), context), tar_(gzip_) {}

    bool next() override { return tar_.next(); }
    [[nodiscard]] const MemberHeader& header() const override { return tar_.header(); }
    [[nodiscard]] Bytes headerBytes() const override { return tar_.headerBytes(); }
    [[nodiscard]] Bytes data() override { return tar_.data(); }
    [[nodiscard]] std::string endOddity() const override;
    [[nodiscard]] std::uint64_t position() const override { return gzip_.position(); }
    [[nodiscard]] std::string name() const override { return gzip_.name(); }

private:
    GzipReader gzip_;
    TarReader tar_;
};

}  // namespace roost::stream
