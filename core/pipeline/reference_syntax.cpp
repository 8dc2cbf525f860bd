#include "pipeline/reference_syntax.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "pipeline/utf8.hpp"

namespace roost {

namespace {

constexpr std::size_t deepestReference = 32;
constexpr const char* writeLiterally = "write $${ for the characters themselves";

bool isNameCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    /// To the end, or below the top to the '}' of the reference around.
    TextParts parts(std::size_t depth) {
        TextParts found;
        std::string literal;
        const auto endLiteral = [&] {
            if (!literal.empty()) found.push_back({std::exchange(literal, {}), nullptr});
        };
        while (at_ < text_.size() && (depth == 0 || text_[at_] != '}')) {
            const std::string_view rest = text_.substr(at_);
            if (rest.starts_with("${")) {
                endLiteral();
                found.push_back({{}, reference(depth + 1)});
                continue;
            }
            literal += rest.front();
            at_ += rest.starts_with("$$") ? 2U : 1U;
        }
        endLiteral();
        return found;
    }

private:
    std::unique_ptr<Reference> reference(std::size_t depth) {
        auto found = std::make_unique<Reference>();
        found->begin = at_;
        const auto broken = [&](std::string message, std::size_t width, std::string advice = {}) {
            return ReferenceError{found->begin, width, std::move(message), std::move(advice)};
        };
        if (depth > deepestReference) throw broken("references are nested too deeply here", 2);
        at_ += 2;
        found->name = name();
        if (at_ == text_.size()) throw broken("this '${' has no '}'", 2, writeLiterally);
        if (!isVariableName(found->name))
            throw broken("'${' is not followed by the name of a variable", 2, writeLiterally);

        const std::string_view rest = text_.substr(at_);
        if (rest.starts_with(":-") || rest.starts_with(":?")) {
            found->form = rest[1] == '-' ? Reference::Form::withDefault : Reference::Form::withMessage;
            const std::size_t operand = at_ += 2;
            found->fallback = parts(depth);
            if (at_ == text_.size()) throw broken("this '${' has no '}'", 2);
            found->message = text_.substr(operand, at_ - operand);
        } else if (rest.front() != '}') {
            throw broken("after ${" + found->name + " may stand '}', ':-' or ':?', not '" +
                             std::string(rest.substr(0, characterAt(rest, 0).bytes)) + "'",
                         2 + found->name.size(), adviceOn(found->name, rest.front()));
        }
        found->end = ++at_;
        return found;
    }

    std::string name() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && isNameCharacter(text_[at_])) ++at_;
        return std::string(text_.substr(begin, at_ - begin));
    }

    /// Shells also know the forms without a colon.
    static std::string adviceOn(const std::string& name, char next) {
        if (next == '-') return "write ${" + name + ":-default}";
        if (next == '?') return "write ${" + name + ":?message}";
        return {};
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

bool isVariableName(std::string_view text) {
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0 &&
           std::ranges::all_of(text, isNameCharacter);
}

TextParts parseReferences(std::string_view text) { return Parser(text).parts(0); }

}  // namespace roost
