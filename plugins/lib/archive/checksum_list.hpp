// The lines of checksums.sha256, of any number.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "scratch/scratch_file.hpp"

namespace roost::archive {

/// `<hex>  <path>` and a line feed, as `sha256sum -c` reads it: a path with a line feed, carriage return or
/// backslash has them as \n, \r, \\ and the line begins with a backslash (GNU coreutils, "md5sum
/// invocation").
[[nodiscard]] std::string checksumLine(std::string_view hexDigest, std::string_view path);

/// Keeps lines in an unlinked temporary file. Used by one thread.
class ChecksumList {
public:
    explicit ChecksumList(std::filesystem::path temporaryFolder) : scratch_(std::move(temporaryFolder)) {}

    void add(std::string_view hexDigest, std::string_view path);
    /// The bytes of all lines.
    [[nodiscard]] std::uint64_t size() const noexcept { return scratch_.end() + buffer_.size(); }
    /// Gives the lines in the order in which they came, in pieces.
    void forEach(const std::function<void(std::string_view)>& visit);

private:
    ScratchFile scratch_;
    std::string buffer_;
};

}  // namespace roost::archive
