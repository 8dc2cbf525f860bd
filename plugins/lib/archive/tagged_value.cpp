#include "lib/archive/tagged_value.hpp"

#include "lib/storage/shown_name.hpp"

namespace roost::archive {

std::string shownValue(std::string_view text) {
    constexpr std::size_t most = 60;
    if (text.size() <= most) return "'" + storage::shownName(text) + "'";
    return "'" + storage::shownName(text.substr(0, most)) + "...'";
}

void TaggedValue::begin(const CellDecoder& decoder, const DecodedColumn& column, bool onlyText) {
    decoder_ = &decoder;
    column_ = &column;
    onlyText_ = onlyText;
    inner_ = false;
    tag_ = Tag::none;
}

void TaggedValue::beginObject() {
    if (inner_ || tag_ != Tag::text) throw Mismatch{"expected text, found an object in an object"};
    inner_ = true;
    tag_ = Tag::none;
}

bool TaggedValue::endObject() {
    if (tag_ != Tag::done)
        throw Mismatch{"expected " + std::string(decoder_->expected) + ", found an empty object"};
    const bool whole = !inner_;
    inner_ = false;
    return whole;
}

void TaggedValue::key(std::string_view text) {
    if (tag_ != Tag::none)
        throw Mismatch{"an object that tells a kind has a second key, " + shownValue(text)};
    if (inner_ && text == "$blob")
        tag_ = Tag::textBlob;
    else if (!inner_ && text == "$text")
        tag_ = Tag::text;
    else if (!inner_ && !onlyText_ && text == "$integer")
        tag_ = Tag::integer;
    else if (!inner_ && !onlyText_ && text == "$real")
        tag_ = Tag::real;
    else if (!inner_ && !onlyText_ && text == "$blob")
        tag_ = Tag::blob;
    else if (text.starts_with('$'))
        throw Mismatch{"the key " + shownValue(text) + " is unknown here"};
    else
        throw Mismatch{"expected " + std::string(decoder_->expected) + ", found an object"};
}

void TaggedValue::string(std::string_view text, Batch& batch, Cell& cell) {
    const auto check = [text](bool decoded, const char* expected) {
        if (!decoded) throw Mismatch{"expected " + std::string(expected) + ", found " + shownValue(text)};
    };
    switch (tag_) {
        case Tag::integer:
            check(decodeTaggedInteger(text, cell), "a whole number of 64 bits behind '$integer'");
            break;
        case Tag::real:
            check(decoder_->taggedReal(*column_, text, batch, cell), "a number behind '$real'");
            break;
        case Tag::text:
            if (decoder_->taggedText != nullptr && !onlyText_)
                check(decoder_->taggedText(*column_, text, batch, cell), decoder_->expected.data());
            else
                cell = Cell::view(CellKind::text, batch.store(text));
            break;
        case Tag::blob:
            check(decodeBytes(CellKind::bytes, text, batch, cell), "base64 behind '$blob'");
            break;
        case Tag::textBlob:
            check(decodeBytes(CellKind::text, text, batch, cell), "base64 behind '$blob'");
            break;
        default:
            break;
    }
    tag_ = Tag::done;
}

}  // namespace roost::archive
