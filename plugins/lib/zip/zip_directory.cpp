#include "lib/zip/zip_directory.hpp"

#include <Poco/Zip/ZipUtil.h>

#include <algorithm>
#include <limits>

#include "lib/storage/shown_name.hpp"
#include "lib/zip/zip_fields.hpp"
#include "lib/zip/zip_record.hpp"

namespace roost::zip {

namespace {

using Poco::Zip::ZipUtil;

constexpr std::string_view zipMark = "PK";
constexpr std::string_view recordMark{"PK\x01\x02", 4};
constexpr std::string_view endMark{"PK\x05\x06", 4};
constexpr std::string_view wideEndMark{"PK\x06\x06", 4};
constexpr std::string_view wideLocatorMark{"PK\x06\x07", 4};

constexpr std::uint64_t endBytes = 22;
constexpr std::uint64_t locatorBytes = 20;
constexpr std::uint64_t wideEndBytes = 56;
constexpr std::uint64_t longestComment = 65'535;
constexpr std::size_t readAtOnce = std::size_t{256} << 10U;
/// How far from the end of a damaged file its directory's end is looked for.
constexpr std::uint64_t mostSearched = std::uint64_t{64} << 20U;
constexpr std::uint32_t most32 = 0xFFFFFFFF;
constexpr std::uint16_t most16 = 0xFFFF;

/// Reads numbers one behind the other; none where the text is too short.
class Numbers {
public:
    explicit Numbers(std::string_view text) : text_(text) {}
    std::optional<std::uint64_t> take64() {
        if (text_.size() < 8) return std::nullopt;
        const std::uint64_t value = ZipUtil::get64BitValue(text_.data(), 0);
        text_.remove_prefix(8);
        return value;
    }

private:
    std::string_view text_;
};

/// Of the comment behind a directory's end.
std::uint16_t commentLength(const char* end) { return ZipUtil::get16BitValue(end, 20); }

/// NTFS's times: four unused bytes, then attributes with a tag and a length each.
std::optional<std::int64_t> ntfsTime(std::string_view field) {
    if (field.size() < 32) return std::nullopt;
    if (ZipUtil::get16BitValue(field.data(), 4) != ntfsTimesTag ||
        ZipUtil::get16BitValue(field.data(), 6) != ntfsTimesBytes)
        return std::nullopt;
    const auto ticks = static_cast<std::int64_t>(ZipUtil::get64BitValue(field.data(), 8));
    constexpr std::int64_t nanosecondsPerTick = 100;
    constexpr std::int64_t epoch = ntfsEpoch * ntfsTicks;
    // What nanoseconds of 64 bits do not hold is no time of a file.
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / nanosecondsPerTick;
    if (ticks < 0 || ticks - epoch > most || ticks - epoch < -most) return std::nullopt;
    return (ticks - epoch) * nanosecondsPerTick;
}

}  // namespace

std::optional<ExtraFields> extraFields(std::string_view extra) {
    ExtraFields fields;
    while (!extra.empty()) {
        if (extra.size() < extraHeadBytes) return std::nullopt;
        const std::uint16_t id = ZipUtil::get16BitValue(extra.data(), 0);
        const std::uint16_t size = ZipUtil::get16BitValue(extra.data(), 2);
        extra.remove_prefix(extraHeadBytes);
        if (size > extra.size()) return std::nullopt;
        const std::string_view field = extra.substr(0, size);
        extra.remove_prefix(size);
        if (id == zip64Field && fields.zip64.empty()) {
            fields.zip64 = field;
        } else if (id == unixTimeField && field.size() >= 5 && (field[0] & modifiedTimeFlag) != 0) {
            constexpr std::int64_t second = 1'000'000'000;
            fields.modifiedNanoseconds =
                static_cast<std::int32_t>(ZipUtil::get32BitValue(field.data(), 1)) * second;
        } else if (id == ntfsField && ntfsTime(field)) {
            fields.modifiedNanoseconds = ntfsTime(field);
        }
    }
    return fields;
}

ZipDirectory::ZipDirectory(std::shared_ptr<const stream::RandomInput> input) : input_(std::move(input)) {
    find();
    at_ = begin_;
}

void ZipDirectory::damaged(const std::string& how) const { throw Error(input_->name() + " " + how); }

void ZipDirectory::find() {
    const std::uint64_t size = input_->size();
    if (size == 0) damaged("is empty, not a zip archive");
    std::string tail(std::min(endBytes + longestComment, size), '\0');
    input_->read(size - tail.size(), std::as_writable_bytes(std::span(tail)));
    // The last mark whose comment reaches to the end of the file.
    std::size_t at = tail.rfind(endMark);
    while (at != std::string::npos &&
           (at + endBytes > tail.size() || at + endBytes + commentLength(tail.data() + at) != tail.size()))
        at = at == 0 ? std::string::npos : tail.rfind(endMark, at - 1);
    if (at == std::string::npos) explainEnd();
    readEnd(tail.data() + at, size - tail.size() + at);
    std::string front(2, '\0');
    input_->read(0, std::as_writable_bytes(std::span(front)));
    if (front != zipMark) damaged("is damaged: its first bytes are not those of a zip archive");
}

void ZipDirectory::readEnd(const char* end, std::uint64_t position) {
    if (ZipUtil::get16BitValue(end, 4) != 0 || ZipUtil::get16BitValue(end, 6) != 0)
        damaged("is a part of a zip of several files, which is not supported, or its last bytes are damaged");
    if (ZipUtil::get16BitValue(end, 8) != ZipUtil::get16BitValue(end, 10))
        damaged("is damaged: the end of its directory contradicts itself");
    entries_ = ZipUtil::get16BitValue(end, 10);
    begin_ = ZipUtil::get32BitValue(end, 16);
    end_ = position;
    std::uint64_t bytes = ZipUtil::get32BitValue(end, 12);
    if (entries_ == most16 || begin_ == most32 || bytes == most32) bytes = readWideEnd(position);
    if (begin_ > end_ || end_ - begin_ != bytes) explainPlace(bytes);
}

/// Bytes that came in or were lost have moved the directory, unless its end itself is damaged.
void ZipDirectory::explainPlace(std::uint64_t bytes) const {
    std::string mark(recordMark.size(), '\0');
    if (bytes >= mark.size() && bytes <= end_)
        input_->read(end_ - bytes, std::as_writable_bytes(std::span(mark)));
    if (mark != recordMark) damaged("is damaged: its directory is not where its end says");
    const std::uint64_t found = end_ - bytes;
    const bool later = found > begin_;
    damaged("is damaged: its directory begins " +
            storage::counted(later ? found - begin_ : begin_ - found, "byte", "bytes") +
            (later ? " later than its end says, as if something had come in before it"
                   : " earlier than its end says, as if something were missing before it"));
}

/// There is no end of a directory that is also the end of the file.
void ZipDirectory::explainEnd() const {
    const std::uint64_t size = input_->size();
    constexpr std::uint64_t overlap = endBytes - 1;
    for (std::uint64_t stop = size; stop > 0 && size - stop < mostSearched;) {
        const std::uint64_t start = stop - std::min<std::uint64_t>(stop, readAtOnce);
        std::string text(std::min(size, stop + overlap) - start, '\0');
        input_->read(start, std::as_writable_bytes(std::span(text)));
        for (std::size_t at = text.rfind(endMark); at != std::string::npos;
             at = at == 0 ? std::string::npos : text.rfind(endMark, at - 1)) {
            if (at + endBytes > text.size()) continue;
            const char* const end = text.data() + at;
            const std::uint64_t begin = ZipUtil::get32BitValue(end, 16);
            const std::uint64_t over = start + at + endBytes + commentLength(end);
            const bool plausible = begin == most32 || begin + ZipUtil::get32BitValue(end, 12) == start + at;
            if (plausible && over < size)
                damaged("is damaged: " + storage::counted(size - over, "byte", "bytes") + " behind its end " +
                        (size - over == 1 ? "does" : "do") + " not belong to it");
        }
        stop = start;
    }
    std::string front(std::min<std::uint64_t>(zipMark.size(), size), '\0');
    input_->read(0, std::as_writable_bytes(std::span(front)));
    if (front != zipMark) damaged("is not a zip archive");
    damaged("is damaged: the end of its directory is missing; it was cut, or is damaged there");
}

/// The records of zip64 in front of the end. Returns how many bytes the directory has.
std::uint64_t ZipDirectory::readWideEnd(std::uint64_t endPosition) {
    std::string locator(locatorBytes, '\0');
    std::string wide(wideEndBytes, '\0');
    if (endPosition < locatorBytes + wideEndBytes) damaged("is damaged: its directory's end is cut");
    input_->read(endPosition - locatorBytes, std::as_writable_bytes(std::span(locator)));
    const std::uint64_t position = endPosition - locatorBytes - wideEndBytes;
    input_->read(position, std::as_writable_bytes(std::span(wide)));
    if (!locator.starts_with(wideLocatorMark) || !wide.starts_with(wideEndMark) ||
        ZipUtil::get64BitValue(locator.data(), 8) != position ||
        ZipUtil::get32BitValue(locator.data(), 16) > 1 ||
        ZipUtil::get64BitValue(wide.data(), 4) != wideEndBytes - 12 ||
        ZipUtil::get32BitValue(wide.data(), 16) != 0 || ZipUtil::get32BitValue(wide.data(), 20) != 0 ||
        ZipUtil::get64BitValue(wide.data(), 24) != ZipUtil::get64BitValue(wide.data(), 32))
        damaged("is damaged: the end of its directory contradicts itself");
    entries_ = ZipUtil::get64BitValue(wide.data(), 32);
    begin_ = ZipUtil::get64BitValue(wide.data(), 48);
    end_ = position;
    return ZipUtil::get64BitValue(wide.data(), 40);
}

std::string ZipDirectory::recordName() const {
    return "record " + std::to_string(given_) + " of its directory";
}

/// The next `size` bytes of the directory, valid until the next call.
std::string_view ZipDirectory::take(std::size_t size) {
    if (buffer_.size() - used_ < size) {
        buffer_.erase(0, used_);
        used_ = 0;
        const std::size_t have = buffer_.size();
        const auto more =
            static_cast<std::size_t>(std::min<std::uint64_t>(std::max(readAtOnce, size) - have, end_ - at_));
        buffer_.resize(have + more);
        input_->read(at_, std::as_writable_bytes(std::span(buffer_).subspan(have)));
        at_ += more;
        if (buffer_.size() < size) damaged("is damaged: it ends within " + recordName());
    }
    const std::string_view text = std::string_view(buffer_).substr(used_, size);
    used_ += size;
    return text;
}

bool ZipDirectory::endsAsRoosts() const {
    const std::string expected = directoryEnd(entries_, begin_, end_ - begin_);
    if (input_->size() - end_ != expected.size()) return false;
    std::string found(expected.size(), '\0');
    input_->read(end_, std::as_writable_bytes(std::span(found)));
    return found == expected;
}

std::optional<DirectoryEntry> ZipDirectory::next() {
    if (given_ == entries_) {
        if (at_ != end_ || used_ != buffer_.size())
            damaged("is damaged: its directory has more entries than its end says");
        return std::nullopt;
    }
    ++given_;
    const std::string record(take(directoryRecordBytes));
    const char* const raw = record.data();
    if (!record.starts_with(recordMark)) damaged("is damaged: " + recordName() + " is not valid");
    DirectoryEntry entry;
    entry.madeOn = static_cast<std::uint8_t>(raw[directoryMadeBy + 1]);
    entry.flags = ZipUtil::get16BitValue(raw, directoryFlags);
    entry.method = ZipUtil::get16BitValue(raw, directoryMethod);
    entry.time = ZipUtil::get32BitValue(raw, directoryTime);
    entry.crc = ZipUtil::get32BitValue(raw, directoryCrc);
    entry.compressed = ZipUtil::get32BitValue(raw, directoryCompressed);
    entry.size = ZipUtil::get32BitValue(raw, directorySize);
    entry.attributes = ZipUtil::get32BitValue(raw, directoryAttributes);
    entry.offset = ZipUtil::get32BitValue(raw, directoryLocalOffset);
    const std::uint16_t comment = ZipUtil::get16BitValue(raw, directoryCommentLength);
    entry.name = take(ZipUtil::get16BitValue(raw, directoryNameLength));
    const std::string extra(take(ZipUtil::get16BitValue(raw, directoryExtraLength)));
    entry.raw = record + entry.name + extra;
    entry.raw += take(comment);
    const auto fields = extraFields(extra);
    if (!fields || ZipUtil::get16BitValue(raw, directoryDisk) != 0)
        damaged("is damaged: " + recordName() + " is not valid");
    Numbers wide(fields->zip64);
    for (std::uint64_t* const number : {&entry.size, &entry.compressed, &entry.offset}) {
        if (*number != most32) continue;
        const auto value = wide.take64();
        if (!value) damaged("is damaged: " + recordName() + " lacks a size");
        *number = *value;
    }
    entry.modifiedNanoseconds = fields->modifiedNanoseconds;
    return entry;
}

}  // namespace roost::zip
