#include "roost/node.hpp"

namespace roost {

Node::Node() = default;
Node::Node(Kind what, std::string text, Position place)
    : kind(what), scalar(std::move(text)), position(place) {}
Node::Node(const Node& other) = default;
Node::Node(Node&& other) noexcept = default;
Node& Node::operator=(const Node& other) = default;
Node& Node::operator=(Node&& other) noexcept = default;
Node::~Node() = default;

const Node* Node::find(std::string_view key) const noexcept {
    for (const auto& [name, value] : members)
        if (name.scalar == key) return &value;
    return nullptr;
}

std::string_view Node::describe() const noexcept {
    switch (kind) {
        case Kind::null:
            return "nothing";
        case Kind::scalar:
            return "text";
        case Kind::sequence:
            return "a list";
        case Kind::mapping:
            return "a mapping";
    }
    return "nothing";
}

}  // namespace roost
