#include "sinks/sqlite/commit_record.hpp"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <charconv>
#include <sstream>

#include "roost/error.hpp"

namespace roost::sqlite {

namespace {

/// A path is any bytes, JSON is text: what is not plain ASCII stands as %XX.
std::string encode(const std::string& bytes) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7F && c != '%') {
            text += c;
            continue;
        }
        text += '%';
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

std::string decode(const std::string& text) {
    std::string bytes;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned value = 0;
        const char* const digits = text.data() + at + 1;
        if (text[at] == '%' && at + 2 < text.size() &&
            std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
            bytes += static_cast<char>(value);
            at += 2;
        } else {
            bytes += text[at];
        }
    }
    return bytes;
}

}  // namespace

std::string CommitRecord::text() const {
    Poco::JSON::Object object;
    object.set("kind", kind == CommitKind::marker ? "marker" : "rename");
    object.set("path", encode(path.native()));
    object.set("id", id);
    std::ostringstream stream;
    object.stringify(stream);
    return stream.str();
}

CommitRecord CommitRecord::parse(const std::string& text) {
    try {
        const auto object = Poco::JSON::Parser().parse(text).extract<Poco::JSON::Object::Ptr>();
        const auto kind = object->getValue<std::string>("kind");
        if (kind != "marker" && kind != "rename")
            throw Error("the journal of a SQLite sink speaks of '" + kind + "'");
        return {kind == "marker" ? CommitKind::marker : CommitKind::rename,
                decode(object->getValue<std::string>("path")), object->getValue<std::string>("id")};
    } catch (const Poco::Exception& problem) {
        throw Error("the journal of a SQLite sink cannot be read: " + problem.displayText());
    }
}

}  // namespace roost::sqlite
