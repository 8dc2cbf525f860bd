#include "sinks/s3/staged_log.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "lib/s3/checksums.hpp"
#include "roost/error.hpp"

namespace roost::s3 {

namespace {

constexpr std::size_t aheadBytes = std::size_t{17} << 20U;
constexpr std::uint64_t largestText = std::uint64_t{4} << 20U;
/// At the end of a record's text: SHA-256 in hexadecimal digits, and a NUL.
constexpr std::size_t hashBytes = 65;
constexpr std::uint64_t largestBytes = std::uint64_t{64} << 20U;

Error damaged(const std::string& how = {}) {
    return Error("the log of a restore into a bucket is damaged" + (how.empty() ? how : ": " + how),
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

StagedLog::StagedLog(const Bucket& bucket, InFlight& flight, std::string prefix)
    : segments_(bucket, flight, std::move(prefix)) {}

void StagedLog::write(std::string text, std::span<const std::byte> bytes) {
    text += joined({sha256Hex(std::as_bytes(std::span(text)))});
    const std::array<std::uint64_t, 2> lengths{text.size(), bytes.size()};
    segments_.append(std::as_bytes(std::span(lengths)));
    segments_.append(std::as_bytes(std::span(text)));
    segments_.append(bytes);
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

Segments StagedLog::end() {
    write(joined({"end", std::to_string(records_)}), {});
    return segments_.end();
}

StagedLogReader::StagedLogReader(const Bucket& bucket, TaskCrew& crew, Segments segments)
    : bytes_(bucket, crew, std::move(segments), aheadBytes) {}

void StagedLogReader::fill(std::span<std::byte> bytes) {
    try {
        bytes_.fill(bytes);
    } catch (const SegmentsDamaged& problem) {
        throw damaged(problem.what());
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
