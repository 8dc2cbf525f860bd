// Indented JSON documents of any size, written from front to back.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lib/archive/text_buffer.hpp"

namespace roost::archive {

/// Two spaces a level. The caller keeps to JSON's grammar: keys in objects, values in arrays.
class JsonWriter {
public:
    explicit JsonWriter(TextBuffer& out) : out_(out) {}

    void beginObject() { open('{'); }
    void endObject() { close('}'); }
    void beginArray() { open('['); }
    void endArray() { close(']'); }
    /// A key that is ASCII and needs no escapes.
    void key(std::string_view name);
    /// Text that is not UTF-8 becomes {"$text":{"$blob":"<base64>"}}.
    void text(std::string_view value);
    void number(std::uint64_t value);
    void number(std::int64_t value);
    void boolean(bool value);

    void member(std::string_view name, std::string_view value) { key(name), text(value); }
    void member(std::string_view name, const char* value) { key(name), text(value); }
    void member(std::string_view name, std::uint64_t value) { key(name), number(value); }
    void member(std::string_view name, std::int64_t value) { key(name), number(value); }
    void member(std::string_view name, bool value) { key(name), boolean(value); }
    void member(std::string_view name, const std::vector<std::string>& values);

private:
    void beforeValue();
    void open(char bracket);
    void close(char bracket);
    void newLine();

    TextBuffer& out_;
    std::vector<bool> empty_;  // for each open bracket
    bool afterKey_ = false;
};

}  // namespace roost::archive
