// metadata.json: what is in an archive, as Aviary reads it and as roost reads it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/archive/sorted_spool.hpp"
#include "lib/archive/text_buffer.hpp"
#include "roost/catalog.hpp"

namespace roost::archive {

/// Of the whole layout; a reader refuses a higher one.
inline constexpr std::uint64_t formatVersion = 1;

struct TableTotals {
    std::string schema;
    std::string name;
    std::string member;  ///< its name in the archive
    std::uint64_t rows = 0;
    bool partial = false;
};

/// Everything that the document says but the list of users.
struct Metadata {
    std::string applicationVersion = "unknown";
    std::string applicationCommit = "unknown";
    std::chrono::system_clock::time_point exportTime;
    std::string dialect;
    std::uint64_t totalUsers = 0;
    std::uint64_t totalApiKeys = 0;
    std::string pipeline;
    std::vector<std::string> scopes;
    std::vector<TableTotals> tables;
    std::vector<EntryKindTotals> entryKinds;
    std::uint64_t setAside = 0;
    std::string membersSha256;  ///< see MemberWriter::headers()
    std::vector<std::string> warnings;
};

/// Writes the document without the line feed at its end.
void writeMetadata(TextBuffer& out, const Metadata& metadata, SortedSpool& users);

/// The size of the padded document for a text of `bytes` bytes: the next power of two, 4 KiB at least, so
/// that it is the same for every run over unchanged data.
[[nodiscard]] std::uint64_t paddedSize(std::uint64_t bytes) noexcept;

/// How many bytes the document for that catalog is likely to take.
[[nodiscard]] std::uint64_t estimateMetadata(const Catalog& catalog, std::uint64_t users);

}  // namespace roost::archive
