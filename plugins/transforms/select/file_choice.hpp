// Which files and folders stay.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/sql/name_pattern.hpp"
#include "roost/catalog.hpp"
#include "roost/context.hpp"
#include "roost/entry.hpp"
#include "transforms/select/path_pattern.hpp"

namespace roost::select {

/// The options about files, as written.
struct FileOptions {
    std::vector<std::string> kinds;
    std::vector<std::string> files;
    std::vector<std::string> excludeFiles;
    std::optional<std::int64_t> largerThan;
    std::optional<std::int64_t> smallerThan;
    std::string newerThan;
    std::string olderThan;
};

/// What `newer-than` and `older-than` take: a time (RFC 3339), or how long before `now` (90s, 30m, 12h, 30d,
/// 4w). Nanoseconds since 1970; nothing for anything else.
[[nodiscard]] std::optional<std::int64_t> momentOf(const std::string& text,
                                                   std::chrono::system_clock::time_point now);

class FileChoice {
public:
    FileChoice(const FileOptions& options, std::chrono::system_clock::time_point now);

    /// Makes the catalog's kinds what takes() will make of their files. Throws roost::Error for a kind that
    /// is not there; `context` hears of patterns that match none.
    void rewrite(Catalog& catalog, Context& context) const;
    [[nodiscard]] bool takes(const Entry& entry) const;

private:
    [[nodiscard]] bool takesKind(const std::string& kind) const;
    [[nodiscard]] bool takesFolder(const Entry& entry) const;

    std::vector<sql::NamePattern> kinds_;
    std::vector<PathPattern> files_;
    std::vector<PathPattern> excluded_;
    std::optional<std::uint64_t> largerThan_;
    std::optional<std::uint64_t> smallerThan_;
    std::optional<std::int64_t> newerThan_;
    std::optional<std::int64_t> olderThan_;
};

}  // namespace roost::select
