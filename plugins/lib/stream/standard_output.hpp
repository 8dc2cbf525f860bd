// The transport `-`: standard output, which cannot go back to correct what was written.
#pragma once

#include <filesystem>

#include "lib/stream/output_file.hpp"

namespace roost::stream {

/// Collects the bytes in an unlinked temporary file (mode 0600) and copies them at commit().
class StandardOutput final : public ByteTarget {
public:
    /// Throws roost::Error where `temporaryFolder` takes no file.
    explicit StandardOutput(const std::filesystem::path& temporaryFolder, int output = 1);

    void append(std::span<const Bytes> pieces) override { file_.append(pieces); }
    void rewrite(std::uint64_t offset, Bytes bytes) override { file_.rewrite(offset, bytes); }
    void shift(std::uint64_t offset, std::int64_t distance) override { file_.shift(offset, distance); }
    [[nodiscard]] std::uint64_t size() const noexcept override { return file_.size(); }
    void prepare() override {}
    void commit() override;
    void abort() noexcept override { file_.close(); }

private:
    OutputFile file_;
    int output_;
};

}  // namespace roost::stream
