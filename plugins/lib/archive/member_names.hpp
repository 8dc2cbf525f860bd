// What the parts of a backup are called inside the archive.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "roost/catalog.hpp"
#include "roost/entry.hpp"

namespace roost::archive {

inline constexpr std::string_view metadataName = "metadata.json";
inline constexpr std::string_view schemaName = "schema.json";
inline constexpr std::string_view checksumsName = "checksums.sha256";
inline constexpr std::string_view tablesFolder = "database/";
inline constexpr std::string_view entriesFolder = "filesystem/";

/// A table's or schema's name as a safe file name: bytes that are not safe are %XX; names that would be too
/// long end in '%~' and a hash. Plain names stay as they are. Different names may differ in case alone.
[[nodiscard]] std::string fileName(std::string_view name);

/// `database/<table>.json` or `database/<schema>.<table>.json` for each table of the catalog, in its order.
/// No two are equal, not even without regard to case: all but the first by name get '%~2', '%~3', ... at
/// their end.
[[nodiscard]] std::vector<std::string> tableMembers(const std::vector<Table>& tables);

/// `filesystem/<kind>/<owner>/<path>`, without the path for the owner's folder itself. Throws roost::Error
/// where a part is one that would lead elsewhere.
[[nodiscard]] std::string entryMember(const Entry& entry);

}  // namespace roost::archive
