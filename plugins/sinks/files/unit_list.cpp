#include "sinks/files/unit_list.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "roost/error.hpp"

namespace roost::storage {

namespace {

constexpr const char* listName = "units";
constexpr std::size_t bufferBytes = std::size_t{64} << 10U;

std::uint64_t number(const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        throw Error("the list of a restore's units is damaged: '" + text + "' is no number");
    return value;
}

}  // namespace

// An owner is any bytes but NUL and '/': so each field ends with a NUL.
UnitList::UnitList(int staging)
    : file_(::openat(staging, listName, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) {
    if (!file_) throw systemError("cannot make the list of a restore's units", errno);
}

void UnitList::add(const Unit& unit) {
    buffer_ += std::to_string(unit.kind);
    buffer_ += '\0';
    buffer_ += unit.owner;
    buffer_ += '\0';
    buffer_ += std::to_string(unit.inode);
    buffer_ += '\0';
    if (buffer_.size() >= bufferBytes) flush();
}

void UnitList::flush() {
    for (std::string_view rest = buffer_; !rest.empty();) {
        const ssize_t written = ::write(file_.get(), rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw systemError("cannot write the list of a restore's units", errno);
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    buffer_.clear();
}

void UnitList::finish() {
    flush();
    if (::fsync(file_.get()) != 0) throw systemError("cannot write the list of a restore's units", errno);
}

bool hasUnitList(int staging) {
    if (::faccessat(staging, listName, F_OK, AT_SYMLINK_NOFOLLOW) == 0) return true;
    if (errno != ENOENT) throw systemError("cannot look for the list of a restore's units", errno);
    return false;
}

void removeUnitList(int staging) {
    if (::unlinkat(staging, listName, 0) != 0 && errno != ENOENT)
        throw systemError("cannot remove the list of a restore's units", errno);
}

UnitListReader::UnitListReader(int staging)
    : file_(::openat(staging, listName, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)) {
    if (!file_) throw systemError("cannot open the list of a restore's units", errno);
}

bool UnitListReader::next(Unit& unit) {
    std::string text;
    if (!field(text)) return false;
    unit.kind = number(text);
    if (!field(unit.owner) || !field(text)) throw Error("the list of a restore's units is cut off");
    unit.inode = number(text);
    return true;
}

bool UnitListReader::field(std::string& text) {
    for (;;) {
        if (const std::size_t end = buffer_.find('\0', at_); end != std::string::npos) {
            text.assign(buffer_, at_, end - at_);
            at_ = end + 1;
            return true;
        }
        if (ended_) {
            if (at_ != buffer_.size()) throw Error("the list of a restore's units is cut off");
            return false;
        }
        buffer_.erase(0, at_);
        at_ = 0;
        const std::size_t before = buffer_.size();
        buffer_.resize(before + bufferBytes);
        const ssize_t got = ::read(file_.get(), buffer_.data() + before, bufferBytes);
        if (got < 0 && errno != EINTR) throw systemError("cannot read the list of a restore's units", errno);
        buffer_.resize(before + static_cast<std::size_t>(got < 0 ? 0 : got));
        ended_ = got == 0;
    }
}

}  // namespace roost::storage
