// Small JSON documents as a tree, and reading them without losing sight of where.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roost::archive {

struct JsonNode {
    enum class Kind : std::uint8_t { null, boolean, number, string, list, object };
    Kind kind = Kind::null;
    bool value = false;           ///< of a boolean
    std::string text;             ///< of a string; of a number as it stands there
    std::vector<JsonNode> items;  ///< of a list; of an object in the order of `keys`
    std::vector<std::string> keys;
};

/// Builds the tree from what a parser finds. Throws Mismatch for a key that an object has twice, and for more
/// values than any document of an archive has.
class TreeBuilder {
public:
    void beginObject() { open(JsonNode::Kind::object); }
    void endObject();
    void beginArray() { open(JsonNode::Kind::list); }
    void endArray() { close(); }
    void key(std::string_view text) { open_.back().keys.emplace_back(text); }
    void string(std::string_view text) { add(JsonNode::Kind::string, text); }
    void number(std::string_view text) { add(JsonNode::Kind::number, text); }
    void boolean(bool value);
    void null() { add(JsonNode::Kind::null, {}); }

    /// Brackets that are open.
    [[nodiscard]] std::size_t depth() const noexcept { return open_.size(); }
    /// The tree, once the document is over.
    [[nodiscard]] JsonNode& root() noexcept { return root_; }

private:
    void open(JsonNode::Kind kind);
    void close();
    void add(JsonNode::Kind kind, std::string_view text);
    void put(JsonNode node);

    JsonNode root_;
    std::vector<JsonNode> open_;
    std::size_t nodes_ = 0;
};

/// A place in a tree. Every function throws roost::Error with the place's path where the value is of another
/// kind: "'schema.json', tables[3].columns[0].type: expected text, found a number". The tree must outlive it.
class JsonPlace {
public:
    JsonPlace(const JsonNode& node, std::string document) : node_(&node), document_(std::move(document)) {}

    [[nodiscard]] bool isNull() const noexcept { return node_->kind == JsonNode::Kind::null; }
    /// Also {"$text":{"$blob":"<base64>"}}.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] bool boolean() const;
    [[nodiscard]] std::int64_t integer() const;
    [[nodiscard]] std::uint64_t count() const;
    [[nodiscard]] std::vector<JsonPlace> list() const;
    [[nodiscard]] std::vector<std::string> texts() const;
    [[noreturn]] void fail(const std::string& what, const std::string& hint = {}) const;

private:
    friend class JsonMembers;
    [[noreturn]] void mismatch(std::string_view expected) const;
    void expect(JsonNode::Kind kind, std::string_view expected) const;

    const JsonNode* node_;
    std::string document_;
    std::string path_;
};

/// The members of an object, taken by name.
class JsonMembers {
public:
    explicit JsonMembers(const JsonPlace& object);

    /// The member, if it is there.
    [[nodiscard]] std::optional<JsonPlace> find(std::string_view name);
    /// The same without regard to the case of ASCII letters, and not where it is null.
    [[nodiscard]] std::optional<JsonPlace> findFolded(std::string_view name);
    /// The member, which must be there.
    [[nodiscard]] JsonPlace get(std::string_view name);
    /// Its text, "" where it is not there.
    [[nodiscard]] std::string text(std::string_view name);
    [[nodiscard]] std::vector<std::string> texts(std::string_view name);
    /// Its elements, none where it is not there.
    [[nodiscard]] std::vector<JsonPlace> list(std::string_view name);
    /// Throws where a member was not asked for.
    void finish() const;

private:
    [[nodiscard]] JsonPlace at(std::size_t index);

    JsonPlace object_;
    std::vector<bool> taken_;
};

/// All of a document. Throws roost::Error, also where it has more than `mostBytes`.
[[nodiscard]] JsonNode parseTree(std::string_view json, const std::string& document, std::uint64_t mostBytes);

}  // namespace roost::archive
