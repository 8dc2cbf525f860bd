// The transport `file:`: a file that appears under its name only when it is whole.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lib/stream/output_file.hpp"

namespace roost::stream {

enum class OnExisting : std::uint8_t { fail, replace };

/// A file of mode 0600 beside its target, `.NAME.XXXXXX.roost-partial`, locked while it is in use. Used by
/// one thread at a time.
class PartialFile final : public ByteTarget {
public:
    /// Makes the file. Throws roost::Error that names the folder.
    PartialFile(std::filesystem::path target, OnExisting onExisting);
    ~PartialFile() override { PartialFile::abort(); }
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;

    [[nodiscard]] const std::filesystem::path& temporaryName() const noexcept { return temporary_; }

    void append(std::span<const Bytes> pieces) override { file_.append(pieces); }
    void rewrite(std::uint64_t offset, Bytes bytes) override { file_.rewrite(offset, bytes); }
    void shift(std::uint64_t offset, std::int64_t distance) override { file_.shift(offset, distance); }
    [[nodiscard]] std::uint64_t size() const noexcept override { return file_.size(); }
    void prepare() override { file_.sync(); }
    /// Renames and syncs the folder. Another file that has taken the name meanwhile is an error, unless it is
    /// to be replaced.
    void commit() override;
    void abort() noexcept override;

private:
    std::filesystem::path target_;
    std::filesystem::path temporary_;
    OnExisting onExisting_;
    OutputFile file_;
};

/// The folder that `target` lies in; "." for a bare name.
[[nodiscard]] std::filesystem::path folderOf(const std::filesystem::path& target);

/// Why no file can have the name `target` with `suffix` behind it, where it is too long for the file system;
/// else "". The temporary name, which is cut, tells nothing of that before the commit.
[[nodiscard]] std::string longNameRefusal(const std::filesystem::path& target, std::string_view suffix = {});

/// Removes what killed runs left in `folder`: each *.roost-partial whose lock is free. Returns their names.
std::vector<std::string> removeStalePartials(const std::filesystem::path& folder);

/// The same for one file. False where it is gone, in use, or no file that PartialFile makes.
bool removeStalePartial(const std::filesystem::path& file);

}  // namespace roost::stream
