#include "lib/archive/array_literal.hpp"

#include <cstdint>
#include <string>

#include "lib/archive/json_text.hpp"

namespace roost::archive {

namespace {

constexpr std::size_t mostExactDigits = 15;

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
                return Token::element;
            }
            if (left_[i] == '\\' && ++i == left_.size()) break;
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
        return text_.find_first_of("\"\\ \t\n\r\v\f") == std::string::npos ? Token::element : Token::bad;
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
                if (!mayBegin) return false;
                ++depth;
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

void appendElement(TextBuffer& out, const Tokens& tokens, TypeKind element) {
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
                appendElement(out, tokens, element);
        }
    }
    return true;
}

}  // namespace roost::archive
