#include "lib/archive/json_text.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace roost::archive {

namespace {

/// Text is written in pieces of at most this size, six times as long when every byte is escaped.
constexpr std::size_t pieceBytes = 8192;
constexpr std::size_t mostPerByte = 6;

constexpr std::uint64_t everyByte(std::uint64_t value) noexcept { return value * 0x0101010101010101U; }

/// Not 0 where one of eight bytes is no plain character: a control character, '"', '\\', or not ASCII.
constexpr std::uint64_t specialBytes(std::uint64_t word) noexcept {
    const std::uint64_t quote = word ^ everyByte('"');
    const std::uint64_t backslash = word ^ everyByte('\\');
    const std::uint64_t below =
        (word - everyByte(0x20)) | (quote - everyByte(1)) | (backslash - everyByte(1));
    // A byte with its high bit set is special by itself, so borrows of the subtractions do no harm there.
    return (below | word) & everyByte(0x80);
}

std::uint64_t loadWord(const char* at) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return word;
}

/// The length of the UTF-8 sequence at `at`, which begins with a byte of 0x80 or more; 0 where it is none.
std::size_t sequenceLength(const char* at, const char* end) noexcept {
    const auto byte = [at](std::size_t i) { return static_cast<unsigned char>(at[i]); };
    const auto continues = [&byte](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
    const auto left = static_cast<std::size_t>(end - at);
    const unsigned first = byte(0);
    if (first >= 0xC2 && first <= 0xDF) return left >= 2 && continues(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if (left < 3 || !continues(1) || !continues(2)) return 0;
        if (first == 0xE0 && byte(1) < 0xA0) return 0;  // overlong
        if (first == 0xED && byte(1) > 0x9F) return 0;  // a surrogate
        return 3;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (left < 4 || !continues(1) || !continues(2) || !continues(3)) return 0;
        if (first == 0xF0 && byte(1) < 0x90) return 0;
        if (first == 0xF4 && byte(1) > 0x8F) return 0;
        return 4;
    }
    return 0;
}

char* writeEscape(char* out, char character) noexcept {
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    *out++ = '\\';
    switch (character) {
        case '"':
        case '\\':
            *out++ = character;
            return out;
        case '\b':
            *out++ = 'b';
            return out;
        case '\f':
            *out++ = 'f';
            return out;
        case '\n':
            *out++ = 'n';
            return out;
        case '\r':
            *out++ = 'r';
            return out;
        case '\t':
            *out++ = 't';
            return out;
        default:
            out = std::copy_n("u00", 3, out);
            out[0] = hexadecimal[static_cast<unsigned char>(character) >> 4U];
            out[1] = hexadecimal[static_cast<unsigned char>(character) & 15U];
            return out + 2;
    }
}

/// Null where the text is not UTF-8, unless that was `checked` before (then a sequence may be cut).
char* writeEscaped(char* out, const char* at, const char* end, bool checked) noexcept {
    while (at != end) {
        while (end - at >= 8) {
            const std::uint64_t word = loadWord(at);
            if (specialBytes(word) != 0) break;
            std::memcpy(out, &word, sizeof word);
            out += sizeof word;
            at += sizeof word;
        }
        // The word with the special byte, or the rest.
        for (const char* const stop = end - at >= 8 ? at + 8 : end; at < stop;) {
            const auto byte = static_cast<unsigned char>(*at);
            if (byte >= 0x80) {
                const std::size_t length = checked ? 1 : sequenceLength(at, end);
                if (length == 0) return nullptr;
                for (std::size_t i = 0; i < length; ++i) *out++ = *at++;
            } else if (byte < 0x20 || byte == '"' || byte == '\\') {
                out = writeEscape(out, *at++);
            } else {
                *out++ = *at++;
            }
        }
    }
    return out;
}

template <class Real>
char* writeShortest(char* out, Real value) noexcept {
    char* const end = std::to_chars(out, out + longestNumber, value).ptr;
    if (std::any_of(out, end, [](char c) { return c == '.' || c == 'e'; })) return end;
    return std::copy_n(".0", 2, end);
}

constexpr bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace

bool isUtf8(std::string_view text) noexcept {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        while (end - at >= 8 && (loadWord(at) & everyByte(0x80)) == 0) at += 8;
        if (at == end) break;
        if (static_cast<unsigned char>(*at) < 0x80) {
            ++at;
            continue;
        }
        const std::size_t length = sequenceLength(at, end);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

bool appendString(TextBuffer& out, std::string_view text) {
    const char* at = text.data();
    if (text.size() <= pieceBytes) {
        char* const begin = out.room(text.size() * mostPerByte + 2);
        *begin = '"';
        char* const end = writeEscaped(begin + 1, at, at + text.size(), false);
        if (end == nullptr) return false;
        *end = '"';
        out.advance(end + 1);
        return true;
    }
    if (!isUtf8(text)) return false;
    out.append('"');
    for (const char* const end = at + text.size(); at != end;) {
        const std::size_t size = std::min(pieceBytes, static_cast<std::size_t>(end - at));
        out.advance(writeEscaped(out.room(size * mostPerByte), at, at + size, true));
        at += size;
    }
    out.append('"');
    return true;
}

void appendBase64(TextBuffer& out, std::span<const std::byte> bytes) {
    constexpr std::size_t piece = 12'288;  // a multiple of 3, so that only the last piece is padded
    out.append('"');
    while (!bytes.empty()) {
        const std::size_t size = std::min(piece, bytes.size());
        char* const begin = out.room(size / 3 * 4 + 8);
        const int length =
            EVP_EncodeBlock(reinterpret_cast<unsigned char*>(begin),
                            reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(size));
        out.advance(begin + length);
        bytes = bytes.subspan(size);
    }
    out.append('"');
}

void appendText(TextBuffer& out, std::string_view text) {
    if (appendString(out, text)) return;
    out.append(R"({"$text":{"$blob":)");
    appendBase64(out, std::as_bytes(std::span(text)));
    out.append("}}");
}

std::string keyText(std::string_view name) {
    std::string key;
    TextBuffer out(TextBuffer::mostRoom, [&key](std::string_view text) { key += text; });
    if (!appendString(out, name)) {
        appendBase64(out, std::as_bytes(std::span(name)));
        out.flush();
        return "\"$blob:" + key.substr(1);
    }
    out.flush();
    if (name.starts_with('$')) key.insert(1, 1, '$');
    return key;
}

std::string fieldKey(std::string_view name) {
    if (!isUtf8(name)) {
        const std::string quoted = keyText(name);
        return quoted.substr(1, quoted.size() - 2);
    }
    return (name.starts_with('$') ? "$" : "") + std::string(name);
}

char* writeReal(char* out, double value) noexcept { return writeShortest(out, value); }
char* writeReal(char* out, float value) noexcept { return writeShortest(out, value); }
char* writeInteger(char* out, std::int64_t value) noexcept {
    return std::to_chars(out, out + longestNumber, value).ptr;
}

bool isJsonNumber(std::string_view text) noexcept {
    std::size_t at = 0;
    const auto digits = [&] {
        const std::size_t begin = at;
        while (at < text.size() && isDigit(text[at])) ++at;
        return at - begin;
    };
    if (at < text.size() && text[at] == '-') ++at;
    const bool zero = at < text.size() && text[at] == '0';
    const std::size_t whole = digits();
    if (whole == 0 || (zero && whole > 1)) return false;
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (digits() == 0) return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        if (digits() == 0) return false;
    }
    return at == text.size();
}

std::size_t significantDigits(std::string_view number) noexcept {
    std::size_t count = 0;
    for (const char c : number) {
        if (c == 'e' || c == 'E') break;
        if (isDigit(c) && (c != '0' || count != 0)) ++count;
    }
    return count;
}

}  // namespace roost::archive
