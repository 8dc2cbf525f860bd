// {"$real":"2.5"} and the like: values that say themselves what they are.
#pragma once

#include <string>
#include <string_view>

#include "lib/archive/cell_decoder.hpp"

namespace roost::archive {

/// What a document holds and should not hold there. Becomes a roost::Error once it is known where.
struct Mismatch {
    std::string what;
};

/// "'abc'", cut where it is long, as a message may show it.
[[nodiscard]] std::string shownValue(std::string_view text);

/// Takes the parts of one such object as the parser finds them. Throws Mismatch.
class TaggedValue {
public:
    /// An object has begun, in that column. `onlyText` in "$exact", which knows no other kinds.
    void begin(const CellDecoder& decoder, const DecodedColumn& column, bool onlyText);
    void beginObject();
    /// True where the whole value is over.
    [[nodiscard]] bool endObject();
    void key(std::string_view text);
    void string(std::string_view text, Batch& batch, Cell& cell);

private:
    enum class Tag : std::uint8_t { none, integer, real, text, blob, textBlob, done };

    const CellDecoder* decoder_ = nullptr;
    const DecodedColumn* column_ = nullptr;
    bool onlyText_ = false;
    bool inner_ = false;  ///< in the second object of {"$text":{"$blob":"..."}}
    Tag tag_ = Tag::none;
};

}  // namespace roost::archive
