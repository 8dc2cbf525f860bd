#include "lib/archive/checksum_check.hpp"

#include <algorithm>
#include <string>

#include "lib/archive/member_names.hpp"

namespace roost::archive {

namespace {

/// Bytes of a member, as many as are wanted at a time.
class MemberText {
public:
    explicit MemberText(ArchiveReader& reader) : reader_(reader) {}

    /// The next `size` bytes; fewer at the end.
    std::string_view take(std::size_t size) {
        if (piece_.size() < size || piece_.empty()) return assemble(size);
        const std::string_view text(piece_.data(), size);
        piece_ = piece_.subspan(size);
        return text;
    }

private:
    std::string_view assemble(std::size_t size) {
        held_.clear();
        while (held_.size() < size) {
            if (piece_.empty()) piece_ = reader_.data();
            if (piece_.empty()) break;
            const std::size_t part = std::min(size - held_.size(), piece_.size());
            held_.append(piece_.data(), part);
            piece_ = piece_.subspan(part);
        }
        return held_;
    }

    ArchiveReader& reader_;
    std::span<const char> piece_;
    std::string held_;
};

constexpr std::size_t digestDigits = 64;

/// The part of a line behind its digest.
std::string_view nameOf(std::string_view line) noexcept {
    const std::size_t front = digestDigits + (line.starts_with('\\') ? 1 : 0);
    return line.substr(std::min(front, line.size()));
}

std::string shownLine(std::string_view line) {
    std::string_view name = nameOf(line);
    name.remove_prefix(std::min<std::size_t>(2, name.size()));
    if (name.ends_with('\n')) name.remove_suffix(1);
    return "'" + shownMember(name) + "'";
}

Error difference(const ArchiveReader& reader, std::string_view expected, std::string_view found) {
    const std::string list(checksumsName);
    if (found.size() == expected.size() && nameOf(found) == nameOf(expected))
        return reader.damage("the bytes of " + shownLine(expected) + " are not those that " + list +
                             " tells of");
    return reader.damage(list + " does not tell of " + shownLine(expected) + ", which stands there");
}

}  // namespace

void ChecksumCheck::compare(ArchiveReader& reader) {
    MemberText text(reader);
    std::string begun;  // a line that the last piece cut
    const auto check = [&](std::string_view line) {
        const std::string_view found = text.take(line.size());
        if (found != line) throw difference(reader, line, found);
    };
    expected_.forEach([&](std::string_view piece) {
        while (!piece.empty()) {
            const std::size_t end = piece.find('\n');
            if (end == std::string_view::npos) {
                begun.append(piece);
                return;
            }
            begun.append(piece.substr(0, end + 1));
            check(begun);
            begun.clear();
            piece.remove_prefix(end + 1);
        }
    });
    if (!text.take(1).empty())
        throw reader.damage(std::string(checksumsName) + " tells of files that are not in the archive");
}

}  // namespace roost::archive
