#include "lib/archive/member_writer.hpp"

namespace roost::archive {

void MemberWriter::addFolder(const stream::NewMember& folder) {
    archive_.begin(folder);
    archive_.end();
    headers_.update(archive_.headerBytes());
}

void MemberWriter::begin(const stream::NewMember& member) {
    name_ = member.name;
    archive_.begin(member);
}

void MemberWriter::beginUnsized(const stream::NewMember& member) {
    name_ = member.name;
    archive_.beginUnsized(member);
}

void MemberWriter::write(stream::Bytes data) {
    hash_.update(data);
    archive_.write(data);
}

void MemberWriter::end() {
    archive_.end();
    headers_.update(archive_.headerBytes());
    checksums_.add(hash_.finish(), name_);
}

}  // namespace roost::archive
