#include "conformance/yaml_text.hpp"

#include <algorithm>

#include "pipeline/yaml_reader.hpp"

namespace roost::conformance {

namespace {

void place(Node& node, Position position) {
    node.position = position;
    for (Node& item : node.items) place(item, position);
    for (auto& [key, value] : node.members) {
        place(key, position);
        place(value, position);
    }
}

}  // namespace

Node yamlValue(const std::string& text, Position position) {
    SourceText source("option", "value: " + text + "\n");
    Diagnostics diagnostics;
    YamlDocument document = readYaml(source, diagnostics);
    const Node* found = document.complete && diagnostics.empty() ? document.root.find("value") : nullptr;
    if (found == nullptr || document.root.members.size() != 1) return textValue(text, position);
    Node value = *found;
    place(value, position);
    return value;
}

Node textValue(const std::string& text, Position position) { return {Node::Kind::scalar, text, position}; }

void setMember(Node& mapping, const std::string& key, Node value) {
    mapping.kind = Node::Kind::mapping;
    const auto found =
        std::ranges::find_if(mapping.members, [&](const auto& member) { return member.first.scalar == key; });
    if (found != mapping.members.end())
        found->second = std::move(value);
    else
        mapping.members.emplace_back(textValue(key, value.position), std::move(value));
}

void replaceInTexts(Node& node, const std::string& from, const std::string& to) {
    for (std::size_t at = node.scalar.find(from); at != std::string::npos;
         at = node.scalar.find(from, at + to.size()))
        node.scalar.replace(at, from.size(), to);
    for (Node& item : node.items) replaceInTexts(item, from, to);
    for (auto& [key, value] : node.members) replaceInTexts(value, from, to);
}

}  // namespace roost::conformance
