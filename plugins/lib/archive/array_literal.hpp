// PostgreSQL's array literals as JSON arrays.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "lib/archive/text_buffer.hpp"
#include "roost/types.hpp"

namespace roost::archive {

/// Appends `{1,NULL,"a b"}` as `[1,null,"a b"]`. Numbers, booleans and null are JSON's own where the
/// literal's digits stay as they are, every other element is a string of its text. False, and nothing
/// appended, for what has bounds of its own (`[0:1]={5,6}`), is no array literal (PostgreSQL's
/// documentation, 8.15.6), is not UTF-8, or is spelled otherwise than PostgreSQL prints it, so that
/// LiteralWriter would not give it back.
[[nodiscard]] bool appendArray(TextBuffer& out, std::string_view literal, TypeKind element);

/// The reverse: a literal as PostgreSQL prints it, from front to back.
class LiteralWriter {
public:
    void open();
    /// True if that was the outermost brace.
    bool close();
    /// An element of that text, in double quotes where PostgreSQL prints them.
    void element(std::string_view text);
    /// An element as it stands: a number, NULL.
    void bare(std::string_view text);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// Forgets the text. Keeps the memory for the next one, unless that is much.
    void clear();

private:
    void separate();

    std::string text_;
    std::size_t depth_ = 0;
};

}  // namespace roost::archive
