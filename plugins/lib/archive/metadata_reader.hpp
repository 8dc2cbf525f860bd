// metadata.json as Aviary and as roost write it: the reverse of metadata.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/archive/metadata.hpp"
#include "roost/catalog.hpp"

namespace roost::archive {

/// The object `roost`.
struct RoostMetadata {
    std::uint64_t formatVersion = 0;
    std::string roostVersion;
    std::string pipeline;
    bool complete = false;
    std::vector<std::string> scopes;
    std::vector<TableTotals> tables;
    std::vector<EntryKindTotals> entryKinds;
    std::uint64_t setAside = 0;
    std::string membersSha256;  ///< MemberWriter::headers(); "" where the writer did not know it yet
    std::vector<std::string> warnings;
};

/// Everything that the document says but the list of users.
struct MetadataDocument {
    std::string applicationVersion;
    std::string applicationCommit;
    std::string exportTime;           ///< RFC 3339, as written
    std::string databaseType;         ///< "sqlite", "postgres", ""
    std::uint64_t exportedUsers = 0;  ///< length of the list
    std::uint64_t totalDocuments = 0;
    std::uint64_t totalBytes = 0;
    std::vector<std::string> exportedTables;    ///< names may repeat
    std::optional<std::uint64_t> totalUsers;    ///< not in Aviary's older archives
    std::optional<std::uint64_t> totalApiKeys;  ///< likewise
    std::optional<RoostMetadata> roost;         ///< not in Aviary's own archives

    /// Catalog::dialect for databaseType.
    [[nodiscard]] std::string dialect() const {
        return databaseType == "postgres" ? "postgresql" : databaseType;
    }
};

/// Reads the document as it comes; its list of users, however long, is not kept. Aviary's members may be
/// missing, and unknown ones stand beside them; their names count without regard to case, as Go reads them.
/// The object `roost` must be as this program writes it, or of an older format. Throws roost::Error.
class MetadataReader {
public:
    /// Gets every exported user, if it is there. The view is valid during the call.
    using TakeUser = std::function<void(std::string_view)>;

    explicit MetadataReader(TakeUser takeUser = {});
    ~MetadataReader();
    MetadataReader(const MetadataReader&) = delete;
    MetadataReader& operator=(const MetadataReader&) = delete;

    void feed(std::span<const char> piece);
    /// The document is over. Once.
    [[nodiscard]] MetadataDocument finish();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// The whole document at once.
[[nodiscard]] MetadataDocument readMetadata(std::string_view json);

}  // namespace roost::archive
