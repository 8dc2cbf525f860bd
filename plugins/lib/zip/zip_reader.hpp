// Reading a zip so that nothing in it is taken on trust.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/stream/byte_input.hpp"
#include "lib/stream/container.hpp"
#include "lib/zip/member_inflater.hpp"
#include "lib/zip/zip_directory.hpp"

namespace roost::zip {

/// The members in the directory's order, which must be that of their bytes: entries that overlap, that have
/// one header at their bytes and another in the directory, that are encrypted, of an unknown method, or
/// larger or smaller than they say, end it. CRCs are checked. Memory does not grow with the archive.
class ZipReader final : public stream::ContainerReader {
public:
    explicit ZipReader(std::shared_ptr<const stream::RandomInput> input);

    bool next() override;
    [[nodiscard]] const stream::MemberHeader& header() const override { return header_; }
    [[nodiscard]] stream::Bytes headerBytes() const override { return std::as_bytes(std::span(headerText_)); }
    [[nodiscard]] stream::Bytes data() override;
    [[nodiscard]] std::string endOddity() const override;
    [[nodiscard]] std::uint64_t position() const override { return position_; }
    [[nodiscard]] std::string name() const override { return input_->name(); }

private:
    [[nodiscard]] Error refusal(const std::string& how) const;
    [[nodiscard]] Error damage(const std::string& how) const;
    void checkEntry() const;
    void checkLocalHeader();
    void describe();
    stream::Bytes readStored();
    stream::Bytes readDeflated();
    stream::Bytes pull();
    void finishMember();

    std::shared_ptr<const stream::RandomInput> input_;
    ZipDirectory directory_;
    MemberInflater inflater_;
    std::vector<std::byte> compressed_;
    std::vector<std::byte> plain_;

    DirectoryEntry entry_;
    stream::MemberHeader header_;
    std::string headerText_;
    bool odd_ = false;            // the local header has what roost does not write
    std::uint64_t position_ = 0;  // where the next bytes are read
    std::uint64_t left_ = 0;      // compressed bytes of the member that were not read
    std::uint64_t given_ = 0;     // plain ones
    std::uint32_t crc_ = 0;
    bool memberEnded_ = true;
    bool gap_ = false;  // bytes that belong to no member
};

}  // namespace roost::zip
