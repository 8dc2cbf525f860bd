#include "lib/archive/archive_reader.hpp"

#include <algorithm>
#include <utility>

#include "lib/storage/shown_name.hpp"

namespace roost::archive {

namespace {

constexpr std::size_t longestName = 65'535;  // roost's own lists of names take no longer ones
constexpr std::size_t longestPart = 255;     // nor does any file system
constexpr std::size_t longestShown = 300;

/// What is wrong with a member of that kind; "" for nothing.
std::string_view refused(stream::MemberKind kind) noexcept {
    switch (kind) {
        case stream::MemberKind::file:
        case stream::MemberKind::folder:
            return "";
        case stream::MemberKind::hardLink:
            return "is a hard link";
        case stream::MemberKind::symbolicLink:
            return "is a symbolic link";
        case stream::MemberKind::device:
            return "is a device";
        case stream::MemberKind::fifo:
            return "is a FIFO";
        case stream::MemberKind::sparse:
            return "is a sparse file";
        case stream::MemberKind::other:
            break;
    }
    return "is neither a file nor a folder";
}

}  // namespace

std::string shownMember(std::string_view name) {
    std::string shown = storage::shownName(name.substr(0, longestShown));
    if (name.size() > longestShown) shown += "...";
    return shown;
}

Error ArchiveReader::damage(const std::string& how) const { return Error(name() + " is damaged: " + how); }

Error ArchiveReader::refusal(std::string_view member, const std::string& how) const {
    return Error(name() + " is refused: its entry '" + shownMember(member) + "' " + how,
                 "no backup that roost or Aviary wrote has such an entry; nothing was changed");
}

Error ArchiveReader::refusal(const NameConflict& conflict) const {
    switch (conflict.kind) {
        case NameConflict::Kind::twice:
            return refusal(conflict.name, "is there twice");
        case NameConflict::Kind::fileAndFolder:
            return refusal(conflict.name, "is both a file and a folder");
        case NameConflict::Kind::belowFile:
            break;
    }
    return refusal(conflict.name, "lies in a folder that is a file in the archive, too");
}

void ArchiveReader::checkParts(std::string_view name) const {
    if (name.starts_with('/')) throw refusal(name, "has an absolute name");
    if (name.size() > longestName)
        throw refusal(name, "has a name of more than " + std::to_string(longestName) + " bytes");
    for (std::string_view rest = name;;) {
        const std::size_t slash = rest.find('/');
        const std::string_view part = rest.substr(0, slash);
        if (part == "..") throw refusal(name, "has '..' in its path");
        if (part == ".") throw refusal(name, "has '.' in its path");
        if (part.empty()) throw refusal(name, "has an empty part in its path");
        if (part.size() > longestPart)
            throw refusal(name,
                          "has a part of more than " + std::to_string(longestPart) + " bytes in its path");
        if (slash == std::string_view::npos) return;
        rest.remove_prefix(slash + 1);
    }
}

/// False for the archive's own folder.
bool ArchiveReader::takeName(std::string_view name, bool folder, MemberInfo& info) {
    std::string_view plain = name;
    while (plain.starts_with("./")) plain.remove_prefix(2);
    if (plain.size() != name.size() && oddity_.empty()) oddity_ = "names begin with './'";
    if (folder && (plain.empty() || plain == ".")) return false;
    if (plain.starts_with('/')) plain = name;  // ".//x"
    if (folder && plain.size() > 1 && plain.ends_with('/')) plain.remove_suffix(1);
    checkParts(plain);
    info.name = plain;
    return true;
}

std::optional<MemberInfo> ArchiveReader::next() {
    for (;;) {
        if (!archive_->next()) {
            ended_ = true;
            return std::nullopt;
        }
        const stream::MemberHeader& header = archive_->header();
        if (oddity_.empty()) oddity_ = header.oddity;
        if (++members_ > maxEntries_)
            throw Error(name() + " has more than " + std::to_string(maxEntries_) + " entries",
                        "if it is a backup of yours, allow more of them: max-entries");
        if (const std::string_view problem = refused(header.kind); !problem.empty())
            throw refusal(header.name, std::string(problem));
        MemberInfo info;
        info.folder = header.kind == stream::MemberKind::folder;
        info.size = header.size;
        info.mode = header.mode;
        info.modifiedNanoseconds = header.modifiedNanoseconds;
        if (!takeName(header.name, info.folder, info)) continue;
        current_ = info.name;
        return info;
    }
}

std::span<const char> ArchiveReader::data() {
    const stream::Bytes bytes = archive_->data();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string ArchiveReader::readAll(std::uint64_t most) {
    std::string text;
    for (auto piece = data(); !piece.empty(); piece = data()) {
        if (text.size() + piece.size() > most)
            throw Error("'" + shownMember(current_) + "' in " + name() + " is larger than " +
                        storage::shownSize(most));
        text.append(piece.data(), piece.size());
    }
    return text;
}

std::string ArchiveReader::oddity() const {
    if (!oddity_.empty() || !ended_) return oddity_;
    return archive_->endOddity();
}

}  // namespace roost::archive
