// YAML text to nodes with exact positions.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "pipeline/source_text.hpp"
#include "roost/diagnostic.hpp"
#include "roost/node.hpp"

namespace roost {

/// Where each scalar of a definition stands in its text, quotes included; found by its position.
class ScalarRanges {
public:
    /// Scalars come in the order of the text.
    void add(Position position, TextRange range) { scalars_.push_back({position, range}); }
    /// The end of the one added last, which is not known before something follows it.
    void endLast(std::size_t end) { scalars_.back().range.end = end; }
    [[nodiscard]] std::optional<TextRange> at(Position position) const;

private:
    struct Scalar {
        Position position;
        TextRange range;
    };
    std::vector<Scalar> scalars_;
};

struct YamlDocument {
    Node root;
    ScalarRanges scalars;
    bool complete = true;  ///< false where the text is no YAML: root is not to be looked at
};

/// Levels of lists and mappings that a definition may have.
inline constexpr std::size_t deepestNesting = 32;

/// Reads the one document of `source`. What YAML would guess or what would surprise is refused: duplicate
/// keys, a second document, keys that are no text, tags, anchors and aliases, merge keys, plain
/// yes/no/on/off, leading-zero numbers. Values of keys that look like passwords are hidden in `source`.
[[nodiscard]] YamlDocument readYaml(SourceText& source, Diagnostics& diagnostics);

}  // namespace roost
