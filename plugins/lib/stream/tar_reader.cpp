#include "lib/stream/tar_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::stream {

namespace {

/// Names and attributes of a member; GNU tar and libarchive have the same limit.
constexpr std::uint64_t mostExtensionBytes = std::uint64_t{1} << 20U;
constexpr unsigned mostExtensions = 16;
constexpr std::uint64_t mostBytes = std::uint64_t{1} << 62U;
/// Tapes have blocks of some MiB at most.
constexpr std::uint64_t mostEndBytes = std::uint64_t{16} << 20U;
constexpr std::uint64_t leastEndBytes = 1024;
constexpr std::int64_t second = 1'000'000'000;
/// Nanoseconds must fit into 64 bits.
constexpr std::int64_t lastSecond = 9'200'000'000;

// Where a header's fields are (POSIX, "ustar Interchange Format").
constexpr std::size_t nameAt = 0, nameLength = 100;
constexpr std::size_t modeAt = 100, modeLength = 8;
constexpr std::size_t sizeAt = 124, sizeLength = 12;
constexpr std::size_t timeAt = 136, timeLength = 12;
constexpr std::size_t sumAt = 148, sumLength = 8;
constexpr std::size_t typeAt = 156;
constexpr std::size_t magicAt = 257, magicLength = 8;
constexpr std::size_t prefixAt = 345, prefixLength = 155;

constexpr std::string_view posixMagic{"ustar\00000", 8};

bool allZeros(Bytes bytes) noexcept {
    return bytes.empty() ||
           (bytes[0] == std::byte{0} && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

std::size_t paddingOf(std::uint64_t size) noexcept { return static_cast<std::size_t>(-size & 511U); }

std::int64_t clampedTime(std::int64_t seconds, std::int64_t nanoseconds) noexcept {
    return std::clamp(seconds, -lastSecond, lastSecond) * second + nanoseconds;
}

/// "-12.345" as nanoseconds; nothing for what is no such number.
std::optional<std::int64_t> decimalTime(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    std::int64_t seconds = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (problem != std::errc{} || text.starts_with('-')) return std::nullopt;
    std::int64_t fraction = 0;
    std::string_view digits(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (!digits.empty()) {
        if (digits.front() != '.') return std::nullopt;
        digits.remove_prefix(1);
        std::int64_t unit = second / 10;
        for (const char digit : digits) {
            if (digit < '0' || digit > '9') return std::nullopt;
            fraction += (digit - '0') * unit;
            unit /= 10;
        }
    }
    return negative ? clampedTime(-seconds, -fraction) : clampedTime(seconds, fraction);
}

TarKind kindOf(char type, std::string_view name) noexcept {
    switch (type) {
        case '\0':
        case '0':
            return name.ends_with('/') ? TarKind::folder : TarKind::file;
        case '1':
            return TarKind::hardLink;
        case '2':
            return TarKind::symbolicLink;
        case '3':
        case '4':
            return TarKind::device;
        case '5':
            return TarKind::folder;
        case '6':
            return TarKind::fifo;
        case 'S':
            return TarKind::sparse;
        default:
            return TarKind::other;
    }
}

}  // namespace

void TarReader::damaged(const std::string& how) const {
    std::string where;
    if (!header_.name.empty())
        where = " ('" + storage::shownName(header_.name) + "')";
    else if (!last_.empty())
        where = " (after '" + storage::shownName(last_) + "')";
    throw Error(input_.name() + " is damaged: " + how + where);
}

bool TarReader::refill() {
    if (piece_.empty()) piece_ = input_.next();
    return !piece_.empty();
}

/// Fills block_. False at the end of the input, which must not come within a block.
bool TarReader::readBlock() {
    for (std::size_t used = 0; used < blockBytes;) {
        if (!refill()) {
            if (used == 0) return false;
            damaged("its tar data ends within a block");
        }
        const std::size_t size = std::min(blockBytes - used, piece_.size());
        std::memcpy(block_.data() + used, piece_.data(), size);
        piece_ = piece_.subspan(size);
        used += size;
    }
    return true;
}

std::string_view TarReader::field(std::size_t at, std::size_t length) const noexcept {
    return {block_.data() + at, length};
}

/// Octal digits, or GNU's binary numbers for what is too large for them.
std::uint64_t TarReader::number(std::size_t at, std::size_t length, const char* what) const {
    std::string_view text = field(at, length);
    const auto byte = [&text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    std::uint64_t value = 0;
    if ((byte(0) & 0x80U) != 0) {
        if ((byte(0) & 0x7FU) != 0) damaged(std::string("a header has no valid ") + what);
        for (std::size_t i = 1; i < text.size(); ++i) {
            if (value >= mostBytes >> 8U) damaged(std::string("a header has no valid ") + what);
            value = value << 8U | byte(i);
        }
        return value;
    }
    while (text.starts_with(' ')) text.remove_prefix(1);
    std::size_t used = 0;
    for (; used < text.size() && text[used] >= '0' && text[used] <= '7'; ++used)
        value = value << 3U | static_cast<std::uint64_t>(text[used] - '0');
    for (; used < text.size(); ++used)
        if (text[used] != ' ' && text[used] != '\0') damaged(std::string("a header has no valid ") + what);
    return value;
}

std::int64_t TarReader::modified() const {
    if (static_cast<std::uint8_t>(block_[timeAt]) != 0xFF)
        return clampedTime(
            static_cast<std::int64_t>(std::min(number(timeAt, timeLength, "time"), std::uint64_t{1} << 40U)),
            0);
    // A negative number in binary: before 1970.
    std::uint64_t bits = ~std::uint64_t{0};
    for (std::size_t i = timeLength - 8; i < timeLength; ++i)
        bits = bits << 8U | static_cast<std::uint8_t>(block_[timeAt + i]);
    return clampedTime(static_cast<std::int64_t>(bits), 0);
}

void TarReader::odd(const char* what) {
    if (header_.oddity.empty()) header_.oddity = what;
}

void TarReader::checkSum() {
    // The field itself counts as blanks.
    std::uint32_t sum = sumLength * std::uint32_t{' '};
    for (const char byte : block_) sum += static_cast<std::uint8_t>(byte);
    for (const char byte : field(sumAt, sumLength)) sum -= static_cast<std::uint8_t>(byte);
    const std::string_view stated = field(sumAt, sumLength);
    const bool isNumber =
        stated.find_first_not_of(std::string_view(" 01234567\0", 10)) == std::string_view::npos;
    if (!isNumber || number(sumAt, sumLength, "checksum") != sum) {
        if (first_) throw Error(input_.name() + " is no backup: there is no tar archive in its gzip data");
        damaged("the checksum of a tar header is wrong");
    }
    first_ = false;
    std::array<char, sumLength> written{'0', '0', '0', '0', '0', '0', '\0', ' '};
    for (std::size_t i = 6; i-- != 0; sum >>= 3U) written[i] = static_cast<char>('0' + (sum & 7U));
    if (field(sumAt, sumLength) != std::string_view(written.data(), written.size()))
        odd("a checksum is spelled in another way");
    if (field(magicAt, magicLength) != posixMagic) odd("a header is not a POSIX one");
}

/// What is left of the current member, and the zeros behind it.
void TarReader::skipMember() {
    while (!data().empty()) {
    }
    while (padding_ != 0) {
        if (!refill()) damaged("its tar data ends within a block");
        const std::size_t size = std::min(padding_, piece_.size());
        if (!allZeros(piece_.first(size))) damaged("what fills up a member's last block is not zeros");
        piece_ = piece_.subspan(size);
        padding_ -= size;
    }
}

Bytes TarReader::data() {
    if (remaining_ == 0) return {};
    if (!refill()) damaged("its tar data ends within a member");
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, piece_.size()));
    const Bytes bytes = piece_.first(size);
    piece_ = piece_.subspan(size);
    remaining_ -= size;
    return bytes;
}

std::string TarReader::readBody(std::uint64_t size) {
    if (size > mostExtensionBytes) damaged("the attributes of a member take more than 1 MiB");
    remaining_ = size;
    padding_ = paddingOf(size);
    std::string body;
    for (Bytes piece = data(); !piece.empty(); piece = data())
        body.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    skipMember();
    return body;
}

void TarReader::readExtension(char type, Extension& extension) {
    const std::string body = readBody(number(sizeAt, sizeLength, "size"));
    if (type == 'x' || type == 'g') {
        if (type == 'g') odd("it has attributes for all members");
        if (type == 'x' && extension.any) damaged("a member has its attributes twice");
        extension.any = extension.any || type == 'x';
        readRecords(body, type == 'g', extension);
        return;
    }
    odd("a header is not a POSIX one");
    if (type == 'K') {
        extension.link = true;
        return;
    }
    const std::string_view name = std::string_view(body).substr(0, body.find('\0'));
    if (body.find_first_not_of('\0', name.size()) != std::string::npos) damaged("a name has a NUL in it");
    if (extension.path) damaged("a member has two names");
    extension.path = name;
}

/// Records of pax: "<length> <key>=<value>\n", the length being that of all of it.
void TarReader::readRecords(std::string_view records, bool global, Extension& extension) {
    while (!records.empty()) {
        std::size_t length = 0;
        const auto [end, problem] = std::from_chars(records.data(), records.data() + records.size(), length);
        const auto digits = static_cast<std::size_t>(end - records.data());
        if (problem != std::errc{} || records.front() == '0' || length > records.size() ||
            length < digits + 3 || *end != ' ' || records[length - 1] != '\n')
            damaged("the attributes of a member cannot be read");
        const std::string_view record = records.substr(digits + 1, length - digits - 2);
        const std::size_t equals = record.find('=');
        if (equals == std::string_view::npos || equals == 0)
            damaged("the attributes of a member cannot be read");
        readRecord(record.substr(0, equals), record.substr(equals + 1), global, extension);
        records.remove_prefix(length);
    }
}

void TarReader::readRecord(std::string_view key, std::string_view value, bool global, Extension& extension) {
    const bool matters =
        key == "path" || key == "size" || key == "linkpath" || key.starts_with("GNU.sparse.");
    if (global) {
        if (matters) damaged("it has the attribute '" + storage::shownName(key) + "' for all members");
    } else if (key == "path") {
        if (value.find('\0') != std::string_view::npos) damaged("a name has a NUL in it");
        if (extension.path) damaged("a member has two names");
        extension.path = value;
    } else if (key == "size") {
        std::uint64_t size = 0;
        const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), size);
        if (problem != std::errc{} || end != value.data() + value.size() || size > mostBytes ||
            extension.size)
            damaged("a member has no valid size");
        extension.size = size;
    } else if (key == "mtime") {
        const auto time = decimalTime(value);
        if (!time || extension.modified) damaged("a member has no valid time");
        extension.modified = time;
    } else if (key == "linkpath") {
        extension.link = true;
    } else if (matters) {
        extension.sparse = true;
    } else if (key != "hdrcharset" || value != "BINARY") {
        odd("a member has an attribute that roost does not write");
    }
}

std::string TarReader::plainName() const {
    const auto text = [this](std::size_t at, std::size_t length) {
        const std::string_view all = field(at, length);
        return std::string(all.substr(0, all.find('\0')));
    };
    std::string name = text(nameAt, nameLength);
    if (field(magicAt, magicLength) != posixMagic) return name;  // GNU's have times in the prefix's place
    const std::string prefix = text(prefixAt, prefixLength);
    return prefix.empty() ? name : prefix + "/" + name;
}

void TarReader::describe(char type, Extension& extension) {
    const std::string plain = plainName();
    header_.name = extension.path ? *extension.path : plain;
    if (header_.name.empty()) damaged("a member has no name");
    header_.kind = extension.sparse ? TarKind::sparse : kindOf(type, header_.name);
    if (extension.link && (header_.kind == TarKind::file || header_.kind == TarKind::folder))
        header_.kind = TarKind::symbolicLink;
    header_.mode = static_cast<std::uint32_t>(number(modeAt, modeLength, "mode") & 07777U);
    const std::uint64_t size = number(sizeAt, sizeLength, "size");
    header_.size = extension.size.value_or(size);
    header_.modifiedNanoseconds = extension.modified ? *extension.modified : modified();
    if (type != '0' && type != '5') odd("a member is of another kind");
    // Headers with attributes hold most of them a second time.
    if (extension.path && extension.path->size() < nameLength && *extension.path != plain)
        odd("two headers give a member different names");
    if (extension.size && size != 0 && *extension.size != size)
        odd("two headers give a member different sizes");
    if (extension.modified && *extension.modified / second != modified() / second)
        odd("two headers give a member different times");
    if (header_.kind == TarKind::folder && header_.size != 0) damaged("a folder has bytes of its own");
    remaining_ = header_.size;
    padding_ = paddingOf(header_.size);
}

bool TarReader::next() {
    if (ended_) return false;
    skipMember();
    last_ = std::exchange(header_, {}).name;
    Extension extension;
    for (unsigned extensions = 0;; ++extensions) {
        if (!readBlock()) damaged("its tar data ends without the two blocks of zeros that a tar ends with");
        if (allZeros(std::as_bytes(std::span(block_)))) {
            if (extensions != 0) damaged("attributes of a member stand at its end");
            readEnd();
            return false;
        }
        checkSum();
        const char type = block_[typeAt];
        if (type != 'x' && type != 'g' && type != 'L' && type != 'K') {
            describe(type, extension);
            return true;
        }
        if (extensions == mostExtensions) damaged("a member has too many headers");
        readExtension(type, extension);
    }
}

void TarReader::readEnd() {
    endBytes_ = blockBytes;
    for (; refill(); piece_ = {}) {
        if (!allZeros(piece_)) damaged("something stands behind its end");
        endBytes_ += piece_.size();
        if (endBytes_ > mostEndBytes) damaged("more than 16 MiB of zeros stand behind its end");
    }
    if (endBytes_ < leastEndBytes)
        damaged("its tar data ends without the two blocks of zeros that a tar ends with");
    ended_ = true;
}

}  // namespace roost::stream
