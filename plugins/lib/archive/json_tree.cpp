#include "lib/archive/json_tree.hpp"

#include <algorithm>
#include <charconv>

#include "lib/archive/base64.hpp"
#include "lib/archive/json_stream.hpp"
#include "lib/archive/tagged_value.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::archive {

namespace {

/// A schema of a thousand tables with a hundred columns has a third of them.
constexpr std::size_t mostNodes = 3'000'000;

std::string_view nameOf(JsonNode::Kind kind) noexcept {
    switch (kind) {
        case JsonNode::Kind::boolean:
            return "true or false";
        case JsonNode::Kind::number:
            return "a number";
        case JsonNode::Kind::string:
            return "text";
        case JsonNode::Kind::list:
            return "a list";
        case JsonNode::Kind::object:
            return "an object";
        case JsonNode::Kind::null:
            break;
    }
    return "null";
}

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool sameFolded(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

template <class Number>
bool parse(std::string_view text, Number& value) noexcept {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

/// What JsonStream calls for a whole document.
class DocumentHandler : public TreeBuilder {
public:
    explicit DocumentHandler(std::string document) : document_(std::move(document)) {}
    [[nodiscard]] std::string place() const { return "'" + document_ + "'"; }

private:
    std::string document_;
};

}  // namespace

void TreeBuilder::put(JsonNode node) {
    if (open_.empty())
        root_ = std::move(node);
    else
        open_.back().items.push_back(std::move(node));
}

void TreeBuilder::add(JsonNode::Kind kind, std::string_view text) {
    if (++nodes_ > mostNodes) throw Mismatch{"there are more than " + std::to_string(mostNodes) + " values"};
    JsonNode node;
    node.kind = kind;
    node.text = text;
    put(std::move(node));
}

void TreeBuilder::boolean(bool value) {
    add(JsonNode::Kind::boolean, {});
    (open_.empty() ? root_ : open_.back().items.back()).value = value;
}

void TreeBuilder::open(JsonNode::Kind kind) {
    if (++nodes_ > mostNodes) throw Mismatch{"there are more than " + std::to_string(mostNodes) + " values"};
    open_.emplace_back().kind = kind;
}

void TreeBuilder::close() {
    JsonNode node = std::move(open_.back());
    open_.pop_back();
    put(std::move(node));
}

void TreeBuilder::endObject() {
    std::vector<std::string_view> keys(open_.back().keys.begin(), open_.back().keys.end());
    std::ranges::sort(keys);
    if (const auto twice = std::ranges::adjacent_find(keys); twice != keys.end())
        throw Mismatch{"an object has the key " + shownValue(*twice) + " twice"};
    close();
}

void JsonPlace::fail(const std::string& what, const std::string& hint) const {
    throw Error("'" + document_ + "'" + (path_.empty() ? "" : ", " + storage::shownName(path_)) + ": " + what,
                hint);
}

void JsonPlace::mismatch(std::string_view expected) const {
    std::string found(nameOf(node_->kind));
    if (node_->kind == JsonNode::Kind::string || node_->kind == JsonNode::Kind::number)
        found += " " + shownValue(node_->text);
    fail("expected " + std::string(expected) + ", found " + found);
}

void JsonPlace::expect(JsonNode::Kind kind, std::string_view expected) const {
    if (node_->kind != kind) mismatch(expected);
}

std::string JsonPlace::text() const {
    if (node_->kind == JsonNode::Kind::object && node_->keys == std::vector<std::string>{"$text"}) {
        const JsonNode& inner = node_->items.front();
        if (inner.kind == JsonNode::Kind::object && inner.keys == std::vector<std::string>{"$blob"} &&
            inner.items.front().kind == JsonNode::Kind::string) {
            const std::string& encoded = inner.items.front().text;
            const std::optional<std::size_t> size = base64Size(encoded);
            std::string bytes(size.value_or(0), '\0');
            if (size && decodeBase64(encoded, bytes.data())) return bytes;
            fail("expected base64, found " + shownValue(encoded));
        }
    }
    expect(JsonNode::Kind::string, "text");
    return node_->text;
}

bool JsonPlace::boolean() const {
    expect(JsonNode::Kind::boolean, "true or false");
    return node_->value;
}

std::int64_t JsonPlace::integer() const {
    std::int64_t value = 0;
    if (node_->kind != JsonNode::Kind::number || !parse(node_->text, value)) mismatch("a whole number");
    return value;
}

std::uint64_t JsonPlace::count() const {
    std::uint64_t value = 0;
    if (node_->kind != JsonNode::Kind::number || !parse(node_->text, value))
        mismatch("a whole number that is not negative");
    return value;
}

std::vector<JsonPlace> JsonPlace::list() const {
    expect(JsonNode::Kind::list, "a list");
    std::vector<JsonPlace> places;
    places.reserve(node_->items.size());
    for (std::size_t i = 0; i < node_->items.size(); ++i) {
        JsonPlace& place = places.emplace_back(node_->items[i], document_);
        place.path_ = path_ + "[" + std::to_string(i) + "]";
    }
    return places;
}

std::vector<std::string> JsonPlace::texts() const {
    std::vector<std::string> result;
    for (const JsonPlace& place : list()) result.push_back(place.text());
    return result;
}

JsonMembers::JsonMembers(const JsonPlace& object) : object_(object) {
    object.expect(JsonNode::Kind::object, "an object");
    taken_.resize(object.node_->keys.size());
}

JsonPlace JsonMembers::at(std::size_t index) {
    taken_[index] = true;
    JsonPlace place(object_.node_->items[index], object_.document_);
    place.path_ = (object_.path_.empty() ? "" : object_.path_ + ".") + object_.node_->keys[index];
    return place;
}

std::optional<JsonPlace> JsonMembers::find(std::string_view name) {
    const auto& keys = object_.node_->keys;
    const auto found = std::ranges::find(keys, name);
    if (found == keys.end()) return std::nullopt;
    return at(static_cast<std::size_t>(found - keys.begin()));
}

std::optional<JsonPlace> JsonMembers::findFolded(std::string_view name) {
    std::optional<JsonPlace> found = find(name);
    const auto& keys = object_.node_->keys;
    for (std::size_t i = 0; i < keys.size() && !found; ++i)
        if (sameFolded(keys[i], name)) found = at(i);
    return found && !found->isNull() ? found : std::nullopt;
}

JsonPlace JsonMembers::get(std::string_view name) {
    std::optional<JsonPlace> found = find(name);
    if (!found) object_.fail("'" + std::string(name) + "' is missing");
    return *std::move(found);
}

std::string JsonMembers::text(std::string_view name) {
    const std::optional<JsonPlace> found = find(name);
    return found ? found->text() : std::string();
}

std::vector<std::string> JsonMembers::texts(std::string_view name) {
    const std::optional<JsonPlace> found = find(name);
    return found ? found->texts() : std::vector<std::string>();
}

std::vector<JsonPlace> JsonMembers::list(std::string_view name) {
    const std::optional<JsonPlace> found = find(name);
    return found ? found->list() : std::vector<JsonPlace>();
}

void JsonMembers::finish() const {
    const auto unknown = std::ranges::find(taken_, false);
    if (unknown == taken_.end()) return;
    const std::string& key = object_.node_->keys[static_cast<std::size_t>(unknown - taken_.begin())];
    object_.fail("this version of roost does not know " + shownValue(key), "restore with a newer roost");
}

JsonNode parseTree(std::string_view json, const std::string& document, std::uint64_t mostBytes) {
    DocumentHandler handler(document);
    if (json.size() > mostBytes)
        throw Error(handler.place() + " has more than " + storage::shownSize(mostBytes));
    JsonStream<DocumentHandler> stream(handler, {});
    try {
        stream.feed(json);
        stream.finish();
    } catch (const Mismatch& mismatch) {
        throw Error(handler.place() + ": " + mismatch.what);
    }
    return std::move(handler.root());
}

}  // namespace roost::archive
