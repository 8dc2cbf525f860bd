// Diagnostics as people read them.
#pragma once

#include <string>

#include "pipeline/source_text.hpp"
#include "roost/diagnostic.hpp"

namespace roost {

/// `FILE:LINE:COLUMN: error: MESSAGE`, the line, the underline with the suggestion, the notes; sorted by
/// position, one after the other. Shows no secret.
[[nodiscard]] std::string renderDiagnostics(const SourceText& source, const Diagnostics& diagnostics);

}  // namespace roost
