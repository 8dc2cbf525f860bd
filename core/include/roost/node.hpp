// A pipeline definition's values, each with its place in the file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace [[gnu::visibility("default")]] roost {

/// A place in a definition, counted from 1; line 0 means that there is none (`--set`, a default).
struct Position {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    friend bool operator==(const Position&, const Position&) = default;
};

/// A scalar, sequence or mapping as written, after interpolation. Scalars stay text: what they mean is
/// decided by the option that takes them.
struct Node {
    enum class Kind : std::uint8_t { null, scalar, sequence, mapping };

    Kind kind = Kind::null;
    std::string scalar;
    Position position;
    std::vector<Node> items;                     ///< of a sequence
    std::vector<std::pair<Node, Node>> members;  ///< of a mapping, in the file's order; keys are scalars

    // Out of line: clang cannot make them where a pair of Nodes is not complete yet.
    Node();
    Node(Kind what, std::string text, Position place);
    Node(const Node& other);
    Node(Node&& other) noexcept;
    Node& operator=(const Node& other);
    Node& operator=(Node&& other) noexcept;
    ~Node();

    /// The member of that key, or null. Valid as long as this node is unchanged.
    [[nodiscard]] const Node* find(std::string_view key) const noexcept;
    [[nodiscard]] bool isScalar() const noexcept { return kind == Kind::scalar; }
    /// "text", "a list", "a mapping", "nothing": for messages.
    [[nodiscard]] std::string_view describe() const noexcept;
};

}  // namespace roost
