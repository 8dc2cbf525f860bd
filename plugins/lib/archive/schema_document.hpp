// schema.json: the catalog that an archive's tables came from.
#pragma once

#include <string>
#include <vector>

#include "lib/archive/text_buffer.hpp"
#include "roost/catalog.hpp"

namespace roost::archive {

/// Writes the document; `members` are the tables' names in the archive (see tableMembers()). Its format is in
/// docs/archive-format.md, "schema.json".
void writeSchema(TextBuffer& out, const Catalog& catalog, const std::vector<std::string>& members);

}  // namespace roost::archive
