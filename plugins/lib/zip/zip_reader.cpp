#include "lib/zip/zip_reader.hpp"

#include <Poco/DateTime.h>
#include <Poco/Exception.h>
#include <Poco/Zip/ZipUtil.h>
#include <isa-l/crc.h>
#include <sys/stat.h>

#include <algorithm>

#include "lib/storage/shown_name.hpp"
#include "lib/zip/zip_fields.hpp"
#include "lib/zip/zip_record.hpp"

namespace roost::zip {

namespace {

using Poco::Zip::ZipUtil;

constexpr std::string_view localMark{"PK\x03\x04", 4};
constexpr std::size_t blockBytes = std::size_t{256} << 10U;
constexpr std::size_t longestShown = 300;
constexpr std::uint32_t most32 = 0xFFFFFFFF;
constexpr std::int64_t second = 1'000'000'000;
/// Deflate makes of a byte no more than that many (RFC 1951: 258 bytes of two bits), and some for the last.
constexpr std::uint64_t mostPerByte = 1032;
constexpr std::uint32_t permissionBits = 07777;
/// The flags that say how hard the compressor tried.
constexpr std::uint16_t effortFlags = 0x0006;

bool isFolderName(const std::string& name) noexcept { return name.ends_with('/'); }

bool hasUnixMode(const DirectoryEntry& entry) noexcept {
    return (entry.madeOn == madeOnUnix || entry.madeOn == madeOnMac) && entry.attributes >> 16U != 0;
}

stream::MemberKind kindOf(const DirectoryEntry& entry) noexcept {
    using stream::MemberKind;
    if (!hasUnixMode(entry)) return isFolderName(entry.name) ? MemberKind::folder : MemberKind::file;
    switch (entry.attributes >> 16U & S_IFMT) {
        case 0:
            return isFolderName(entry.name) ? MemberKind::folder : MemberKind::file;
        case S_IFREG:
            return MemberKind::file;
        case S_IFDIR:
            return MemberKind::folder;
        case S_IFLNK:
            return MemberKind::symbolicLink;
        case S_IFBLK:
        case S_IFCHR:
            return MemberKind::device;
        case S_IFIFO:
            return MemberKind::fifo;
        default:
            return MemberKind::other;
    }
}

std::int64_t wholeSeconds(std::int64_t nanoseconds) noexcept {
    return nanoseconds / second - (nanoseconds % second < 0 ? 1 : 0);
}

/// A zip's own time, in the time zone that it does not tell of: taken for UTC.
std::int64_t zipTime(std::uint32_t time) {
    char raw[4];
    ZipUtil::set32BitValue(time, raw, 0);
    try {
        return ZipUtil::parseDateTime(raw, 0, 2).timestamp().epochTime() * second;
    } catch (const Poco::Exception&) {
        return 0;  // no such day: a time that nobody set
    }
}

}  // namespace

ZipReader::ZipReader(std::shared_ptr<const stream::RandomInput> input)
    : input_(input), directory_(std::move(input)), compressed_(blockBytes), plain_(blockBytes) {}

Error ZipReader::refusal(const std::string& how) const {
    return Error(name() + " is refused: its entry '" +
                     storage::shownName(std::string_view(entry_.name).substr(0, longestShown)) + "' " + how,
                 "it is damaged, or no backup that roost or Aviary wrote; nothing was changed");
}

Error ZipReader::damage(const std::string& how) const {
    return Error(name() + " is damaged: " + how + " ('" +
                 storage::shownName(std::string_view(entry_.name).substr(0, longestShown)) + "')");
}

bool ZipReader::next() {
    while (!data().empty()) {
    }
    auto entry = directory_.next();
    if (!entry) {
        gap_ |= position_ != directory_.begin();
        return false;
    }
    entry_ = std::move(*entry);
    checkEntry();
    checkLocalHeader();
    describe();
    left_ = entry_.compressed;
    given_ = 0;
    crc_ = 0;
    memberEnded_ = false;
    if (entry_.method == deflated) {
        inflater_.restart();
        inflater_.feed({});
    }
    return true;
}

/// What can be told by the directory's record alone.
void ZipReader::checkEntry() const {
    const std::string& name = entry_.name;
    if (name.empty()) throw refusal("has no name");
    if (name.find('\0') != std::string::npos) throw refusal("has a NUL in its name");
    if (name.size() > 1 && name[1] == ':') throw refusal("has a drive letter in its name");
    if (!hasUnixMode(entry_) && name.find('\\') != std::string::npos)
        throw refusal("has a backslash in its name, and may come from Windows");
    if ((entry_.flags & encryptedFlag) != 0) throw refusal("is encrypted in a way that roost does not read");
    if (entry_.method != stored && entry_.method != deflated)
        throw refusal("is compressed by method " + std::to_string(entry_.method) +
                      ", which roost does not read");
    if ((entry_.flags & ~(effortFlags | sizesBehindFlag | utf8Flag)) != 0)
        throw refusal("has flags that roost does not know");
    if (isFolderName(name) != (kindOf(entry_) == stream::MemberKind::folder))
        throw refusal("is a folder by its name or by its mode, but not by both");
    if (isFolderName(name) && entry_.size != 0) throw refusal("is a folder that has bytes");
    if (entry_.method == stored ? entry_.size != entry_.compressed
                                : entry_.size / mostPerByte > entry_.compressed)
        throw refusal("has " + storage::shownSize(entry_.compressed) + " in the archive and claims " +
                      storage::shownSize(entry_.size));
    if (entry_.offset < position_) throw refusal("overlaps another one, or stands before it");
    if (entry_.offset > directory_.begin() || directory_.begin() - entry_.offset < entry_.compressed)
        throw refusal("reaches into the archive's directory");
}

/// A member has the same header at its bytes, but for what is only known behind them.
void ZipReader::checkLocalHeader() {
    if (directory_.begin() - entry_.offset < localHeaderBytes) throw refusal("has no header at its bytes");
    std::string raw(localHeaderBytes, '\0');
    input_->read(entry_.offset, std::as_writable_bytes(std::span(raw)));
    if (!raw.starts_with(localMark)) throw refusal("has no header at its bytes");
    const std::size_t nameLength = ZipUtil::get16BitValue(raw.data(), localNameLength);
    const std::size_t extraLength = ZipUtil::get16BitValue(raw.data(), localExtraLength);
    const std::uint64_t dataAt = entry_.offset + localHeaderBytes + nameLength + extraLength;
    if (dataAt > directory_.begin() || directory_.begin() - dataAt < entry_.compressed)
        throw refusal("reaches into the archive's directory");
    std::string texts(nameLength + extraLength, '\0');
    input_->read(entry_.offset + localHeaderBytes, std::as_writable_bytes(std::span(texts)));
    const auto fields = extraFields(std::string_view(texts).substr(nameLength));
    if (!fields) throw refusal("has a header that is not valid");
    std::uint64_t size = ZipUtil::get32BitValue(raw.data(), localSize);
    std::uint64_t compressed = ZipUtil::get32BitValue(raw.data(), localCompressed);
    if (size == most32 && fields->zip64.size() >= 8) size = ZipUtil::get64BitValue(fields->zip64.data(), 0);
    if (compressed == most32 && fields->zip64.size() >= 16)
        compressed = ZipUtil::get64BitValue(fields->zip64.data(), 8);
    std::uint32_t crc = ZipUtil::get32BitValue(raw.data(), localCrc);
    const bool behind = (entry_.flags & sizesBehindFlag) != 0;
    if (behind && crc == 0 && (size == 0 || size == most32) && (compressed == 0 || compressed == most32)) {
        crc = entry_.crc;
        size = entry_.size;
        compressed = entry_.compressed;
    }
    const auto compare = [this](bool same, const std::string& what) {
        if (!same) throw refusal("has one " + what + " at its bytes and another in the archive's directory");
    };
    compare(std::string_view(texts).substr(0, nameLength) == entry_.name, "name");
    compare(ZipUtil::get16BitValue(raw.data(), localFlags) == entry_.flags, "set of flags");
    compare(ZipUtil::get16BitValue(raw.data(), localMethod) == entry_.method, "method");
    compare(crc == entry_.crc, "checksum");
    compare(compressed == entry_.compressed, "compressed size");
    compare(size == entry_.size, "size");
    compare(ZipUtil::get32BitValue(raw.data(), localTime) == entry_.time &&
                (!fields->modifiedNanoseconds || !entry_.modifiedNanoseconds ||
                 fields->modifiedNanoseconds == entry_.modifiedNanoseconds),
            "time");
    localRaw_ = raw + texts;
    wide_ = !fields->zip64.empty();
    gap_ |= entry_.offset != position_;
    position_ = dataAt;
}

void ZipReader::describe() {
    header_ = {};
    header_.name = entry_.name;
    header_.kind = kindOf(entry_);
    header_.size = entry_.size;
    const bool folder = header_.kind == stream::MemberKind::folder;
    header_.mode = hasUnixMode(entry_) ? entry_.attributes >> 16U & permissionBits : folder ? 0700U : 0600U;
    header_.modifiedNanoseconds = entry_.modifiedNanoseconds.value_or(zipTime(entry_.time));
    if (!hasRoostsHeaders())
        header_.oddity = "its zip headers are of another kind";
    else if (gap_)
        header_.oddity = "bytes stand between its entries";
    std::string_view plain = entry_.name;
    if (folder) plain.remove_suffix(1);
    headerText_ =
        headerText(plain, folder, header_.mode, wholeSeconds(header_.modifiedNanoseconds), header_.size);
}

/// Whether roost would have written the same bytes for what the headers tell.
bool ZipReader::hasRoostsHeaders() const {
    Record record;
    record.member.name = header_.name;
    record.member.folder = header_.kind == stream::MemberKind::folder;
    if (record.member.folder) record.member.name.pop_back();
    record.member.mode = header_.mode;
    record.member.modifiedSeconds = wholeSeconds(header_.modifiedNanoseconds);
    record.member.size = entry_.size;
    record.method = entry_.method;
    record.wide = wide_;
    record.crc = entry_.crc;
    record.compressed = entry_.compressed;
    record.offset = entry_.offset;
    try {
        return localHeader(record) == localRaw_ && directoryRecord(record) == entry_.raw;
    } catch (const Error&) {  // a name that it would not write
        return false;
    }
}

/// The next compressed bytes of the member; none at their end.
stream::Bytes ZipReader::pull() {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, compressed_.size()));
    const std::span<std::byte> bytes = std::span(compressed_).first(size);
    if (size != 0) input_->read(position_, bytes);
    position_ += size;
    left_ -= size;
    return bytes;
}

stream::Bytes ZipReader::readStored() { return pull(); }

stream::Bytes ZipReader::readDeflated() {
    std::size_t got = 0;
    while (got == 0 && !inflater_.ended()) {
        if (inflater_.hungry() && left_ != 0) inflater_.feed(pull());
        const bool starved = inflater_.hungry();
        try {
            got = inflater_.inflate(plain_);
        } catch (const Error& error) {
            throw damage(error.what());
        }
        if (got == 0 && starved) throw damage("the compressed data of an entry ends too early");
    }
    if (got == 0 && (left_ != 0 || inflater_.left() != 0))
        throw damage("something stands behind the compressed data of an entry");
    return std::span(plain_).first(got);
}

stream::Bytes ZipReader::data() {
    if (memberEnded_) return {};
    const stream::Bytes bytes = entry_.method == stored ? readStored() : readDeflated();
    if (bytes.empty()) {
        finishMember();
        return {};
    }
    given_ += bytes.size();
    if (given_ > entry_.size) throw damage("an entry has more bytes than its header says");
    crc_ = crc32_gzip_refl(crc_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    return bytes;
}

void ZipReader::finishMember() {
    memberEnded_ = true;
    if (given_ != entry_.size) throw damage("an entry has fewer bytes than its header says");
    if (crc_ != entry_.crc) throw damage("the checksum of an entry is not right (CRC-32)");
}

std::string ZipReader::endOddity() const {
    if (gap_) return "bytes stand between its entries";
    if (!directory_.endsAsRoosts()) return "its directory ends in another way";
    return "";
}

}  // namespace roost::zip
