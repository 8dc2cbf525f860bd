#include "lib/sql/mapping/user_types.hpp"

#include <algorithm>

#include "lib/sql/mapping/expression_tokens.hpp"

namespace roost::sql::mapping {

namespace {

using Token = ExpressionToken;

/// Cuts CREATE DOMAIN at its own words, which can't stand inside of the parts.
class DomainReader {
public:
    explicit DomainReader(std::string_view sql)
        : sql_(sql), tokens_(expressionTokens(sql, Dialect::postgresql)) {}

    std::optional<Domain> read() {
        if (!accept("CREATE") || !accept("DOMAIN")) return std::nullopt;
        while (!accept("AS"))
            if (next()) return std::nullopt;
        Domain domain;
        domain.baseType = part();
        while (!atEnd()) {
            if (accept("COLLATE")) {
                part();
            } else if (accept("DEFAULT")) {
                domain.defaultValue = part();
            } else if (accept("NOT")) {
                if (!accept("NULL")) return std::nullopt;
                domain.notNull = true;
            } else if (accept("CONSTRAINT")) {
                std::string name = tokens_[at_++].text;
                if (!accept("CHECK")) return std::nullopt;
                domain.checks.push_back({std::move(name), part()});
            } else {
                return std::nullopt;
            }
        }
        return domain;
    }

private:
    [[nodiscard]] bool atEnd() const {
        return tokens_[at_].kind == Token::Kind::end || tokens_[at_].isSymbol(";");
    }
    /// True at the end.
    bool next() {
        if (!atEnd()) ++at_;
        return atEnd();
    }
    bool accept(std::string_view keyword) {
        if (!tokens_[at_].is(keyword)) return false;
        ++at_;
        return true;
    }
    [[nodiscard]] bool beginsPart() const {
        const Token& token = tokens_[at_];
        return token.is("COLLATE") || token.is("DEFAULT") || token.is("CONSTRAINT") ||
               (token.is("NOT") && tokens_[at_ + 1].is("NULL"));
    }

    /// The text up to the domain's next word.
    std::string part() {
        const std::size_t begin = tokens_[at_].begin;
        std::size_t end = begin;
        for (int depth = 0; !atEnd() && (depth > 0 || !beginsPart()); ++at_) {
            if (tokens_[at_].isSymbol("(")) ++depth;
            if (tokens_[at_].isSymbol(")")) --depth;
            end = tokens_[at_].end;
        }
        return std::string(sql_.substr(begin, end - begin));
    }

    std::string_view sql_;
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<Domain> parseDomain(std::string_view sql) { return DomainReader(sql).read(); }

std::optional<std::size_t> UserTypes::find(std::string_view objectType, std::string_view spelled) const {
    const std::vector<Token> tokens = expressionTokens(spelled, Dialect::postgresql);
    std::string schema;
    std::string name;
    if (tokens.size() == 2) {
        name = tokens[0].text;
    } else if (tokens.size() == 4 && tokens[1].isSymbol(".")) {
        schema = tokens[0].text == "public" ? "" : tokens[0].text;
        name = tokens[2].text;
    } else {
        return std::nullopt;
    }
    const auto found = std::ranges::find_if(catalog_->objects, [&](const NativeObject& object) {
        return object.type == objectType && object.schema == schema && object.name == name;
    });
    if (found == catalog_->objects.end()) return std::nullopt;
    return static_cast<std::size_t>(found - catalog_->objects.begin());
}

}  // namespace roost::sql::mapping
