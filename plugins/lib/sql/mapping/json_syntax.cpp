#include "lib/sql/mapping/json_syntax.hpp"

#include <cctype>
#include <cstddef>

namespace roost::sql::mapping {

namespace {

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    bool whole() { return value(0) && (blanks(), at_ == text_.size()); }

private:
    [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(char c) noexcept {
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    bool take(std::string_view word) noexcept {
        if (!text_.substr(at_).starts_with(word)) return false;
        at_ += word.size();
        return true;
    }
    void blanks() noexcept {
        while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
    }
    bool digits() noexcept {
        const std::size_t begin = at_;
        while (peek() >= '0' && peek() <= '9') ++at_;
        return at_ > begin;
    }

    bool value(int depth) noexcept {
        if (depth > 100) return false;
        blanks();
        if (take('{')) return members(depth, '}', true);
        if (take('[')) return members(depth, ']', false);
        if (peek() == '"') return string();
        return take("true") || take("false") || take("null") || number();
    }

    bool members(int depth, char close, bool named) noexcept {
        blanks();
        if (take(close)) return true;
        do {
            blanks();
            if (named && !(string() && (blanks(), take(':')))) return false;
            if (!value(depth + 1)) return false;
            blanks();
        } while (take(','));
        return take(close);
    }

    bool string() noexcept {
        if (!take('"')) return false;
        for (; at_ < text_.size() && peek() != '"'; ++at_) {
            if (static_cast<unsigned char>(peek()) < 0x20) return false;
            if (peek() != '\\') continue;
            ++at_;
            if (std::string_view("\"\\/bfnrt").find(peek()) != std::string_view::npos && peek() != '\0')
                continue;
            if (peek() != 'u') return false;
            for (int i = 0; i < 4; ++i) {
                ++at_;
                if (std::isxdigit(static_cast<unsigned char>(peek())) == 0) return false;
            }
        }
        return take('"');
    }

    bool number() noexcept {
        take('-');
        if (!take('0') && !digits()) return false;
        if (take('.') && !digits()) return false;
        if (peek() == 'e' || peek() == 'E') {
            ++at_;
            if (!take('+')) take('-');
            return digits();
        }
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

bool isJson(std::string_view text) noexcept { return Reader(text).whole(); }

}  // namespace roost::sql::mapping
