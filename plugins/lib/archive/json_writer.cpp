#include "lib/archive/json_writer.hpp"

#include <charconv>
#include <string>

#include "lib/archive/json_text.hpp"

namespace roost::archive {

void JsonWriter::newLine() {
    out_.append('\n');
    for (std::size_t i = 0; i < empty_.size(); ++i) out_.append("  ");
}

void JsonWriter::beforeValue() {
    if (afterKey_) {
        afterKey_ = false;
        return;
    }
    if (empty_.empty()) return;
    if (!empty_.back()) out_.append(',');
    empty_.back() = false;
    newLine();
}

void JsonWriter::open(char bracket) {
    beforeValue();
    out_.append(bracket);
    empty_.push_back(true);
}

void JsonWriter::close(char bracket) {
    const bool empty = empty_.back();
    empty_.pop_back();
    if (!empty) newLine();
    out_.append(bracket);
}

void JsonWriter::key(std::string_view name) {
    beforeValue();
    out_.append('"');
    out_.append(name);
    out_.append("\": ");
    afterKey_ = true;
}

void JsonWriter::text(std::string_view value) {
    beforeValue();
    appendText(out_, value);
}

void JsonWriter::number(std::uint64_t value) {
    beforeValue();
    char* const begin = out_.room(longestNumber);
    out_.advance(std::to_chars(begin, begin + longestNumber, value).ptr);
}

void JsonWriter::number(std::int64_t value) {
    beforeValue();
    out_.advance(writeInteger(out_.room(longestNumber), value));
}

void JsonWriter::boolean(bool value) {
    beforeValue();
    out_.append(value ? "true" : "false");
}

void JsonWriter::member(std::string_view name, const std::vector<std::string>& values) {
    key(name);
    beginArray();
    for (const std::string& value : values) text(value);
    endArray();
}

}  // namespace roost::archive
