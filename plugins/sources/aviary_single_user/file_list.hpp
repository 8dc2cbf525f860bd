// A line of JSON for each file that was moved: the report of every file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "lib/archive/text_buffer.hpp"
#include "lib/stream/partial_file.hpp"
#include "sources/aviary_single_user/file_ledger.hpp"

namespace roost::single_user {

/// Written under a temporary name; appears, whole and with mode 0600, at commit().
class FileList {
public:
    /// Throws roost::Error that names the file.
    explicit FileList(const std::filesystem::path& path);

    /// `oldFolder` is where the file was, `owner` the user's id, `outcome` what became of it in the old
    /// place.
    void add(const LedgerEntry& file, std::string_view oldFolder, std::string_view owner,
             std::string_view outcome);
    void commit();

private:
    stream::PartialFile file_;
    archive::TextBuffer buffer_;
};

}  // namespace roost::single_user
