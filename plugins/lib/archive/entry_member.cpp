#include "lib/archive/entry_member.hpp"

#include <algorithm>

#include "lib/archive/member_names.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::archive {

namespace {

constexpr std::size_t smallFile = std::size_t{1} << 20U;
/// Beyond a small file's bytes there must be room left, for a reader tells its end by giving none.
constexpr std::size_t frontBytes = smallFile + 4096;
constexpr std::uint32_t readableFile = 0400;
constexpr std::uint32_t usableFolder = 0700;
constexpr std::uint32_t permissionBits = 07777;

std::int64_t wholeSeconds(std::int64_t nanoseconds) noexcept {
    constexpr std::int64_t second = 1'000'000'000;
    return nanoseconds / second - (nanoseconds % second < 0 ? 1 : 0);
}

stream::NewMember describe(const Entry& entry) {
    stream::NewMember member;
    member.name = entryMember(entry);
    member.folder = entry.type == EntryType::folder;
    // Aviary gives what it extracts the mode of its header and must then be able to read it.
    member.mode = (entry.mode & permissionBits) | (member.folder ? usableFolder : readableFile);
    member.modifiedSeconds = wholeSeconds(entry.modifiedNanoseconds);
    member.size = member.folder ? 0 : entry.size;
    return member;
}

Error tooManyBytes(const Entry& entry) {
    return Error("the source gave more bytes of '" + storage::shownName(entry.displayName()) +
                 "' than the size that it had told");
}

/// Reads until `buffer` is full or the file ends.
std::size_t readUp(ByteReader& reader, std::span<std::byte> buffer, bool& ended) {
    std::size_t used = 0;
    while (used < buffer.size()) {
        const std::size_t got = reader.read(buffer.subspan(used));
        if (got == 0) {
            ended = true;
            break;
        }
        used += got;
    }
    return used;
}

bool isLost(ReadState state) noexcept { return state == ReadState::vanished || state == ReadState::failed; }

}  // namespace

EntryMember::EntryMember(MemberWriter& members, OnChanged onChanged)
    : members_(members), onChanged_(onChanged), front_(frontBytes) {}

bool EntryMember::report(const Entry& entry, const std::string& consequence, Context& context) const {
    if (entry.content->state() == ReadState::intact) return false;
    const std::string message = entry.content->message();
    const std::string name = storage::shownName(entry.displayName());
    if (onChanged_ == OnChanged::fail)
        throw Error("'" + name + "' cannot be archived as it was: " + message,
                    "run again, or let the archive be made without it: on-changed: warn");
    context.setAside(name, consequence + ": " + message);
    return true;
}

EntryMember::Result EntryMember::write(const Entry& entry, Context& context) {
    if (context.stopToken().stop_requested()) throw Interrupted();
    const stream::NewMember member = describe(entry);
    if (member.folder) {
        members_.addFolder(member);
        return {true, false, 0};
    }
    return entry.size <= smallFile ? writeSmall(entry, member, context) : writeLarge(entry, member, context);
}

EntryMember::Result EntryMember::writeSmall(const Entry& entry, const stream::NewMember& member,
                                            Context& context) {
    bool ended = false;
    const std::size_t size = readUp(*entry.content, front_, ended);
    if (size > entry.size) throw tooManyBytes(entry);
    if (isLost(entry.content->state())) return {false, report(entry, "left out", context), 0};
    const bool setAside = report(entry, "archived as it was read", context);
    stream::NewMember sized = member;
    sized.size = size;
    members_.begin(sized);
    members_.write(std::span(front_).first(size));
    members_.end();
    return {true, setAside, size};
}

EntryMember::Result EntryMember::writeLarge(const Entry& entry, stream::NewMember member, Context& context) {
    ByteReader& reader = *entry.content;
    bool ended = false;
    std::uint64_t used = readUp(reader, std::span(front_).first(smallFile), ended);
    if (used == 0 && isLost(reader.state())) return {false, report(entry, "left out", context), 0};
    if (ended) member.size = used;  // it shrank so much that its true size is known after all
    members_.begin(member);
    members_.write(std::span(front_).first(static_cast<std::size_t>(used)));
    while (!ended) {
        if (context.stopToken().stop_requested()) throw Interrupted();
        context.alive();
        const std::span<std::byte> room = members_.space();
        const std::size_t got = reader.read(room);
        ended = got == 0;
        used += got;
        if (used > member.size) throw tooManyBytes(entry);
        if (!ended) members_.write(room.first(got));
    }
    const bool setAside =
        report(entry, used < member.size ? "filled up with zeros" : "archived as it was read", context);
    if (used < member.size && !setAside)
        throw Error("the source gave fewer bytes of '" + storage::shownName(entry.displayName()) +
                    "' than the size that it had told, and no reason");
    fillUp(member.size - used);
    members_.end();
    return {true, setAside, member.size};
}

void EntryMember::fillUp(std::uint64_t size) {
    std::fill(front_.begin(), front_.end(), std::byte{0});
    while (size != 0) {
        const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(size, front_.size()));
        members_.write(std::span(front_).first(length));
        size -= length;
    }
}

}  // namespace roost::archive
