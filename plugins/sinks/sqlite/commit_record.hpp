// What the journal keeps of a load, for recovery.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace roost::sqlite {

/// How the load becomes visible.
enum class CommitKind : std::uint8_t {
    marker,  ///< by the COMMIT of a transaction in the file, which holds the marker
    rename,  ///< by the rename of a new file, which holds the marker
};

struct CommitRecord {
    CommitKind kind = CommitKind::marker;
    std::filesystem::path path;  ///< of the database, absolute
    std::string id;              ///< of the marker

    [[nodiscard]] std::string text() const;
    /// Throws roost::Error for a text that text() did not write.
    [[nodiscard]] static CommitRecord parse(const std::string& text);
};

}  // namespace roost::sqlite
