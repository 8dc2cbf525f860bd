// schema.json as a catalog: the reverse of schema_document.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "roost/catalog.hpp"

namespace roost::archive {

/// More than any schema takes; what is larger is refused.
inline constexpr std::uint64_t mostSchemaBytes = std::uint64_t{64} << 20U;

struct SchemaDocument {
    /// Table ids are positions. Rows, kinds of files and warnings are not in the document.
    Catalog catalog;
    /// Of each table, at the same position: what it is called in the archive.
    std::vector<std::string> members;
};

/// Throws roost::Error that says where in the document what is wrong: a member that is missing, unknown,
/// twice there or of another kind, two tables or two columns of one name, a format that is newer than this
/// program.
[[nodiscard]] SchemaDocument readSchema(std::string_view json);

}  // namespace roost::archive
