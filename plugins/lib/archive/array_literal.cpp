#include "lib/archive/array_literal.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "lib/archive/json_text.hpp"

namespace roost::archive {

namespace {

constexpr std::size_t mostExactDigits = 15;

/// PostgreSQL stops at 6; a reader may refuse more brackets than it expects.
constexpr std::size_t mostDimensions = 16;

constexpr bool isSpace(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// "NULL" in letters of any case.
bool isNullWord(std::string_view text) noexcept {
    constexpr std::string_view word = "null";
    if (text.size() != word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i)
        if ((static_cast<unsigned char>(text[i]) | 0x20U) != static_cast<unsigned char>(word[i]))
            return false;
    return true;
}

/// Whether PostgreSQL prints an element in quotes.
bool needsQuotes(std::string_view text) noexcept {
    if (text.empty() || isNullWord(text)) return true;
    return std::ranges::any_of(
        text, [](char c) { return c == '"' || c == '\\' || c == '{' || c == '}' || c == ',' || isSpace(c); });
}

enum class Token : std::uint8_t { open, close, comma, element, end, bad };

/// Cuts a literal into tokens.
class Tokens {
public:
    explicit Tokens(std::string_view literal) : left_(literal) {}

    Token next() {
        if (left_.empty()) return Token::end;
        switch (left_.front()) {
            case '{':
                left_.remove_prefix(1);
                return Token::open;
            case '}':
                left_.remove_prefix(1);
                return Token::close;
            case ',':
                left_.remove_prefix(1);
                return Token::comma;
            case '"':
                left_.remove_prefix(1);
                return readQuoted();
            default:
                return readBare();
        }
    }
    /// Of the element that came last.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] bool quoted() const noexcept { return quoted_; }

private:
    Token readQuoted() {
        text_.clear();
        quoted_ = true;
        for (std::size_t i = 0; i < left_.size(); ++i) {
            if (left_[i] == '"') {
                left_.remove_prefix(i + 1);
                return needsQuotes(text_) ? Token::element : Token::bad;
            }
            if (left_[i] == '\\' && (++i == left_.size() || (left_[i] != '"' && left_[i] != '\\'))) break;
            text_.push_back(left_[i]);
        }
        return Token::bad;
    }
    /// Up to a comma or brace. PostgreSQL quotes what has blanks or backslashes in it.
    Token readBare() {
        quoted_ = false;
        const std::size_t size = std::min(left_.find_first_of(",{}"), left_.size());
        text_ = left_.substr(0, size);
        left_.remove_prefix(size);
        return text_ == "NULL" || !needsQuotes(text_) ? Token::element : Token::bad;
    }

    std::string_view left_;
    std::string text_;
    bool quoted_ = false;
};

/// Whether the braces match and elements and commas alternate.
bool isArray(std::string_view literal) {
    Tokens tokens(literal);
    std::size_t depth = 0;
    Token before = Token::comma;
    do {
        const Token token = tokens.next();
        const bool mayBegin = before == Token::open || (before == Token::comma);
        switch (token) {
            case Token::open:
                if (!mayBegin || ++depth > mostDimensions) return false;
                break;
            case Token::element:
                if (!mayBegin || depth == 0) return false;
                break;
            case Token::close:
                if (before == Token::comma || depth == 0) return false;
                --depth;
                break;
            case Token::comma:
                if (before == Token::open || before == Token::comma) return false;
                break;
            default:
                return false;
        }
        before = token;
    } while (depth != 0);
    return tokens.next() == Token::end;
}

bool isNumberOf(TypeKind element, std::string_view text) {
    switch (element) {
        case TypeKind::int16:
        case TypeKind::int32:
        case TypeKind::int64:
        case TypeKind::float32:
        case TypeKind::float64:
            return isJsonNumber(text);
        case TypeKind::decimal:
            return significantDigits(text) <= mostExactDigits && isJsonNumber(text);
        default:
            return false;
    }
}

void appendElementJson(TextBuffer& out, const Tokens& tokens, TypeKind element) {
    const std::string& text = tokens.text();
    if (!tokens.quoted()) {
        if (text == "NULL") return out.append("null");
        if (element == TypeKind::boolean && text == "t") return out.append("true");
        if (element == TypeKind::boolean && text == "f") return out.append("false");
        if (isNumberOf(element, text)) return out.append(text);
    }
    appendText(out, text);
}

}  // namespace

bool appendArray(TextBuffer& out, std::string_view literal, TypeKind element) {
    if (!isUtf8(literal) || !isArray(literal)) return false;
    Tokens tokens(literal);
    for (Token token = tokens.next(); token != Token::end; token = tokens.next()) {
        switch (token) {
            case Token::open:
                out.append('[');
                break;
            case Token::close:
                out.append(']');
                break;
            case Token::comma:
                out.append(',');
                break;
            default:
                appendElementJson(out, tokens, element);
        }
    }
    return true;
}

void LiteralWriter::separate() {
    if (!text_.empty() && text_.back() != '{') text_ += ',';
}

void LiteralWriter::open() {
    separate();
    text_ += '{';
    ++depth_;
}

bool LiteralWriter::close() {
    text_ += '}';
    return --depth_ == 0;
}

void LiteralWriter::element(std::string_view text) {
    if (!needsQuotes(text)) return bare(text);
    separate();
    text_ += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') text_ += '\\';
        text_ += c;
    }
    text_ += '"';
}

void LiteralWriter::bare(std::string_view text) {
    separate();
    text_ += text;
}

void LiteralWriter::clear() {
    constexpr std::size_t kept = std::size_t{1} << 20U;
    if (text_.capacity() > kept) text_ = std::string();
    text_.clear();
    depth_ = 0;
}

}  // namespace roost::archive
