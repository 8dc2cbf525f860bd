#include "sinks/s3/staged_log.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <vector>

#include "lib/s3/checksums.hpp"
#include "roost/error.hpp"

namespace roost::s3 {

namespace {

constexpr std::size_t aheadBytes = std::size_t{12} << 20U;
constexpr std::uint64_t largestText = std::uint64_t{4} << 20U;
/// At the end of a record's text: SHA-256 in hexadecimal digits, and a NUL.
constexpr std::size_t hashBytes = 65;
constexpr std::uint64_t largestBytes = std::uint64_t{64} << 20U;

Error damaged() {
    return Error("the log of a restore into a bucket is damaged",
                 "files that are not in place yet are lost: remove the .roost-staging-... folder from the "
                 "bucket, run 'roost recover' again, and restore the archive again");
}

class Fields {
public:
    explicit Fields(std::string_view text) : rest_(text) {}
    std::string next() {
        const std::size_t length = rest_.find('\0');
        if (length == std::string_view::npos) throw damaged();
        std::string value(rest_.substr(0, length));
        rest_.remove_prefix(length + 1);
        return value;
    }
    template <class Number>
    Number number() {
        const std::string text = next();
        Number value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc{} || end != text.data() + text.size()) throw damaged();
        return value;
    }

private:
    std::string_view rest_;
};

std::string joined(std::initializer_list<std::string> fields) {
    std::string text;
    for (const std::string& field : fields) text += field + '\0';
    return text;
}

std::string attributeFields(const FileAttributes& attributes) {
    return joined({std::to_string(attributes.mode), std::to_string(attributes.modifiedNanoseconds)});
}

FileAttributes attributesOf(Fields& fields) {
    FileAttributes attributes;
    attributes.mode = fields.number<std::uint32_t>();
    attributes.modifiedNanoseconds = fields.number<std::int64_t>();
    return attributes;
}

}  // namespace

StagedLog::StagedLog(const Bucket& bucket, InFlight& flight, const std::string& key)
    : upload_(bucket, flight, key, {}, smallestPart) {}

void StagedLog::write(std::string text, std::span<const std::byte> bytes) {
    text += joined({sha256Hex(std::as_bytes(std::span(text)))});
    const std::array<std::uint64_t, 2> lengths{text.size(), bytes.size()};
    upload_.append(std::as_bytes(std::span(lengths)));
    upload_.append(std::as_bytes(std::span(text)));
    upload_.append(bytes);
    size_ += sizeof(lengths) + text.size() + bytes.size();
    ++records_;
}

void StagedLog::add(const StagedFile& file) {
    write(joined({"file", file.key}) + attributeFields(file.attributes) + joined({file.hash}),
          file.bytes->bytes());
}

void StagedLog::add(const StagedUpload& upload) {
    std::string text = joined({"upload", upload.parts.key, upload.parts.id}) +
                       attributeFields(upload.attributes) +
                       joined({std::to_string(upload.size), std::to_string(upload.parts.parts.size())});
    for (const UploadedPart& part : upload.parts.parts) text += joined({part.etag});
    write(text, {});
}

void StagedLog::add(const StaleObject& object) { write(joined({"stale", object.key}), {}); }

void StagedLog::end() {
    write(joined({"end", std::to_string(records_)}), {});
    upload_.end();
}

void StagedLog::complete(const Bucket& bucket) const {
    const FinishedParts parts = upload_.finished();
    bucket.completeUpload(parts.key, parts.id, parts.parts, size_);
}

StagedLogReader::StagedLogReader(const Bucket& bucket, TaskCrew& crew, const std::string& key,
                                 const ObjectHead& head)
    : bytes_(bucket, crew, key, head, aheadBytes) {}

void StagedLogReader::fill(std::span<std::byte> bytes) {
    while (!bytes.empty()) {
        const std::size_t got = bytes_.read(bytes);
        if (got == 0) throw damaged();
        bytes = bytes.subspan(got);
    }
}

bool StagedLogReader::next(StagedStep& step) {
    std::array<std::uint64_t, 2> lengths{};
    fill(std::as_writable_bytes(std::span(lengths)));
    if (lengths[0] < hashBytes || lengths[0] > largestText || lengths[1] > largestBytes) throw damaged();
    std::string text(lengths[0], '\0');
    fill(std::as_writable_bytes(std::span(text)));
    const std::string hash = text.substr(text.size() - hashBytes);
    text.resize(text.size() - hashBytes);
    if (hash != joined({sha256Hex(std::as_bytes(std::span(text)))})) throw damaged();
    Fields fields(text);
    const std::string kind = fields.next();
    if (kind != "file" && lengths[1] != 0) throw damaged();
    if (kind == "end") {
        if (fields.number<std::uint64_t>() != records_) throw damaged();
        return false;
    }
    ++records_;
    if (kind == "stale") {
        step = StaleObject{fields.next()};
    } else if (kind == "upload") {
        StagedUpload upload;
        upload.parts.key = fields.next();
        upload.parts.id = fields.next();
        upload.attributes = attributesOf(fields);
        upload.size = fields.number<std::uint64_t>();
        const auto count = fields.number<unsigned>();
        for (unsigned i = 1; i <= count; ++i) upload.parts.parts.push_back({i, fields.next()});
        step = std::move(upload);
    } else if (kind == "file") {
        StagedFile file;
        file.key = fields.next();
        file.attributes = attributesOf(fields);
        file.hash = fields.next();
        file.bytes = std::make_shared<Block>(std::max<std::size_t>(lengths[1], 1));
        fill(file.bytes->room().first(lengths[1]));
        file.bytes->setSize(lengths[1]);
        step = std::move(file);
    } else {
        throw damaged();
    }
    return true;
}

}  // namespace roost::s3
