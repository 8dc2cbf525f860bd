#include "lib/zip/zip_record.hpp"

#include <Poco/DateTime.h>
#include <Poco/Path.h>
#include <Poco/Zip/ZipArchiveInfo.h>
#include <Poco/Zip/ZipFileInfo.h>
#include <Poco/Zip/ZipLocalFileHeader.h>
#include <Poco/Zip/ZipUtil.h>
#include <sys/stat.h>

#include <algorithm>
#include <limits>

#include "lib/archive/json_text.hpp"
#include "lib/storage/shown_name.hpp"
#include "lib/zip/zip_fields.hpp"
#include "roost/error.hpp"

namespace roost::zip {

namespace {

using Poco::Zip::ZipUtil;

// Times of a zip itself begin with 1980 and end with 2107 (APPNOTE.TXT 4.4.6).
constexpr std::int64_t firstZipTime = 315'532'800;
constexpr std::int64_t lastZipTime = 4'354'819'198;
constexpr std::size_t longestName = 65'535;
constexpr std::uint32_t folderAttribute = 0x10;  // MS-DOS's
constexpr std::uint32_t permissionBits = 07777;

std::string zipName(const stream::NewMember& member) {
    return member.folder ? member.name + "/" : member.name;
}

/// The second in extra fields of its own: a zip's own times have two seconds and no time zone.
std::string timeFields(std::int64_t seconds) {
    std::string field;
    if (seconds >= 0 && seconds <= std::numeric_limits<std::int32_t>::max()) {
        constexpr std::uint16_t bytes = 5;
        field.resize(extraHeadBytes + bytes);
        ZipUtil::set16BitValue(unixTimeField, field.data(), 0);
        ZipUtil::set16BitValue(bytes, field.data(), 2);
        field[extraHeadBytes] = modifiedTimeFlag;
        ZipUtil::set32BitValue(static_cast<std::uint32_t>(seconds), field.data(), extraHeadBytes + 1);
        return field;
    }
    constexpr std::uint16_t bytes = 32;
    field.resize(extraHeadBytes + bytes);
    ZipUtil::set16BitValue(ntfsField, field.data(), 0);
    ZipUtil::set16BitValue(bytes, field.data(), 2);
    ZipUtil::set16BitValue(ntfsTimesTag, field.data(), extraHeadBytes + 4);
    ZipUtil::set16BitValue(ntfsTimesBytes, field.data(), extraHeadBytes + 6);
    const auto time = static_cast<std::uint64_t>((seconds + ntfsEpoch) * ntfsTicks);
    for (const std::uint32_t at : {8U, 16U, 24U})  // modified, accessed, created
        ZipUtil::set64BitValue(time, field.data(), extraHeadBytes + at);
    return field;
}

void setNameFlag(std::string& bytes, std::uint32_t position, bool utf8) {
    const std::uint16_t flags = ZipUtil::get16BitValue(bytes.data(), position);
    ZipUtil::set16BitValue(static_cast<std::uint16_t>(utf8 ? flags | utf8Flag : flags & ~utf8Flag),
                           bytes.data(), position);
}

void appendExtra(std::string& bytes, std::uint32_t lengthPosition, const std::string& field) {
    const std::size_t length = ZipUtil::get16BitValue(bytes.data(), lengthPosition) + field.size();
    ZipUtil::set16BitValue(static_cast<std::uint16_t>(length), bytes.data(), lengthPosition);
    bytes += field;
}

Poco::Zip::ZipLocalFileHeader pocoHeader(const Record& record, bool wide) {
    const std::string name = zipName(record.member);
    if (name.size() > longestName)
        throw Error("'" + storage::shownName(record.member.name) + "' has a name that is too long for a zip");
    const Poco::DateTime time(
        Poco::Timestamp::fromEpochTime(std::clamp(record.member.modifiedSeconds, firstZipTime, lastZipTime)));
    Poco::Zip::ZipLocalFileHeader header(
        Poco::Path(name, Poco::Path::PATH_UNIX), time,
        record.method == stored ? Poco::Zip::ZipCommon::CM_STORE : Poco::Zip::ZipCommon::CM_DEFLATE,
        Poco::Zip::ZipCommon::CL_NORMAL, wide);
    if (header.getFileName() != name)
        throw Error("'" + storage::shownName(record.member.name) + "' has a name that a zip does not hold");
    header.setCRC(record.crc);
    header.setCompressedSize(record.compressed);
    header.setUncompressedSize(record.member.size);
    return header;
}

}  // namespace

std::string localHeader(const Record& record) {
    Poco::Zip::ZipLocalFileHeader header = pocoHeader(record, record.wide);
    if (record.wide) header.setZip64Data();
    std::string bytes = header.createHeader();
    setNameFlag(bytes, localFlags, archive::isUtf8(record.member.name));
    appendExtra(bytes, localExtraLength, timeFields(record.member.modifiedSeconds));
    return bytes;
}

std::string directoryRecord(const Record& record) {
    Poco::Zip::ZipFileInfo info(pocoHeader(record, false));
    info.setOffset(record.offset);
    info.setZip64Data();
    std::string bytes = info.createHeader();
    setNameFlag(bytes, directoryFlags, archive::isUtf8(record.member.name));
    appendExtra(bytes, directoryExtraLength, timeFields(record.member.modifiedSeconds));
    bytes[directoryMadeBy + 1] = static_cast<char>(madeOnUnix);
    const std::uint32_t mode =
        (record.member.folder ? S_IFDIR : S_IFREG) | (record.member.mode & permissionBits);
    ZipUtil::set32BitValue(mode << 16U | (record.member.folder ? folderAttribute : 0), bytes.data(),
                           directoryAttributes);
    return bytes;
}

std::string directoryEnd(std::uint64_t members, std::uint64_t directoryOffset, std::uint64_t directoryBytes) {
    constexpr std::uint64_t most16 = 0xFFFF;
    constexpr std::uint64_t most32 = 0xFFFFFFFF;
    std::string bytes;
    if (members >= most16 || directoryOffset >= most32 || directoryBytes >= most32) {
        Poco::Zip::ZipArchiveInfo64 wide;
        wide.setNumberOfEntries(members);
        wide.setTotalNumberOfEntries(members);
        wide.setCentralDirectorySize(directoryBytes);
        wide.setCentralDirectoryOffset(directoryOffset);
        wide.setHeaderOffset(static_cast<std::streamoff>(directoryOffset + directoryBytes));
        wide.setTotalNumberOfDisks(1);
        bytes = wide.createHeader();
    }
    Poco::Zip::ZipArchiveInfo end;
    const auto entries = static_cast<std::uint16_t>(std::min(members, most16));
    end.setNumberOfEntries(entries);
    end.setTotalNumberOfEntries(entries);
    end.setCentralDirectorySize(static_cast<std::uint32_t>(std::min(directoryBytes, most32)));
    end.setCentralDirectoryOffset(static_cast<std::uint32_t>(std::min(directoryOffset, most32)));
    return bytes + end.createHeader();
}

std::string headerText(std::string_view name, bool folder, std::uint32_t mode, std::int64_t modifiedSeconds,
                       std::uint64_t size) {
    std::string text = folder ? "folder " : "file ";
    for (const std::int64_t number : {std::int64_t{mode}, modifiedSeconds})
        text += std::to_string(number) + " ";
    text += std::to_string(size) + " ";
    text += name;
    text.push_back('\0');
    return text;
}

}  // namespace roost::zip
