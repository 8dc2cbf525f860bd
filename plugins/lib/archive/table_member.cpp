#include "lib/archive/table_member.hpp"

namespace roost::archive {

namespace {

constexpr std::size_t heldBack = std::size_t{1} << 20U;
/// What has to be hashed and copied next should still be in the processor's cache.
constexpr std::size_t streamedAtOnce = std::size_t{128} << 10U;

}  // namespace

TableMember::TableMember(MemberWriter& members)
    : members_(members), text_(heldBack, [this](std::string_view text) { handOn(text); }) {}

void TableMember::begin(const Table& table, const std::string& member, std::int64_t seconds) {
    encoder_.emplace(table);
    member_ = {};
    member_.name = member;
    member_.modifiedSeconds = seconds;
    rows_ = 0;
    streaming_ = false;
    text_.clear();
    text_.setLimit(heldBack);
}

void TableMember::append(const Batch& batch) {
    for (std::size_t i = 0; i < batch.rows(); ++i) {
        text_.append(rows_++ == 0 ? "[\n" : ",\n");
        encoder_->append(batch.row(i), text_);
    }
}

void TableMember::handOn(std::string_view text) {
    if (!streaming_) {
        members_.beginUnsized(member_);
        streaming_ = true;
        text_.setLimit(streamedAtOnce);
    }
    members_.write(text);
}

void TableMember::end() {
    text_.append(rows_ == 0 ? "[]\n" : "\n]\n");
    if (streaming_) {
        text_.flush();
    } else {
        const std::string_view text = text_.held();
        member_.size = text.size();
        members_.begin(member_);
        members_.write(text);
        text_.clear();
    }
    members_.end();
    encoder_.reset();
}

}  // namespace roost::archive
