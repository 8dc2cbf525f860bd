#include "lib/archive/member_writer.hpp"

namespace roost::archive {

std::string memberLine(const stream::TarMember& member) {
    constexpr std::string_view digits = "01234567";
    std::string mode;
    for (unsigned shift = 12; shift != 0;) mode.push_back(digits[member.mode >> (shift -= 3U) & 7U]);
    return (member.folder ? "d " : "f ") + mode + " " + std::to_string(member.modifiedSeconds) + " " +
           std::to_string(member.size) + " " + member.name + std::string(1, '\0');
}

void MemberWriter::list() {
    const std::string line = memberLine(member_);
    listing_.update(std::as_bytes(std::span(line)));
}

void MemberWriter::addFolder(const stream::TarMember& folder) {
    tar_.begin(folder);
    tar_.end();
    member_ = folder;
    member_.size = 0;
    list();
}

void MemberWriter::begin(const stream::TarMember& member) {
    member_ = member;
    written_ = 0;
    unsized_ = false;
    tar_.begin(member);
}

void MemberWriter::beginUnsized(const stream::TarMember& member) {
    member_ = member;
    written_ = 0;
    unsized_ = true;
    tar_.beginUnsized(member);
}

void MemberWriter::write(stream::Bytes data) {
    written_ += data.size();
    hash_.update(data);
    tar_.write(data);
}

void MemberWriter::end() {
    if (unsized_)
        tar_.endUnsized();
    else
        tar_.end();
    member_.size = written_;
    checksums_.add(hash_.finish(), member_.name);
    list();
}

}  // namespace roost::archive
