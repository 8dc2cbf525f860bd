#include "lib/archive/member_writer.hpp"

namespace roost::archive {

void MemberWriter::addFolder(const stream::TarMember& folder) {
    tar_.begin(folder);
    tar_.end();
    headers_.update(tar_.headerBytes());
}

void MemberWriter::begin(const stream::TarMember& member) {
    name_ = member.name;
    unsized_ = false;
    tar_.begin(member);
}

void MemberWriter::beginUnsized(const stream::TarMember& member) {
    name_ = member.name;
    unsized_ = true;
    tar_.beginUnsized(member);
}

void MemberWriter::write(stream::Bytes data) {
    hash_.update(data);
    tar_.write(data);
}

void MemberWriter::end() {
    if (unsized_)
        tar_.endUnsized();
    else
        tar_.end();
    headers_.update(tar_.headerBytes());
    checksums_.add(hash_.finish(), name_);
}

}  // namespace roost::archive
