// What is staged, in the order in which it will be put in place.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "lib/s3/bucket.hpp"
#include "lib/s3/object_attributes.hpp"
#include "lib/s3/part_upload.hpp"
#include "sinks/s3/log_segments.hpp"

namespace roost::s3 {

/// A file whose bytes stand in the log itself.
struct StagedFile {
    std::string key;
    FileAttributes attributes;
    std::string hash;  ///< SHA-256 of the bytes, in hexadecimal digits
    std::shared_ptr<Block> bytes;
};
/// A file whose parts are with the server already.
struct StagedUpload {
    FinishedParts parts;
    FileAttributes attributes;
    std::uint64_t size = 0;
};
/// An object that will have to go.
struct StaleObject {
    std::string key;
};

using StagedStep = std::variant<StagedFile, StagedUpload, StaleObject>;

/// Writes a log: a record for each step, in front of it the lengths of its two parts (text, whose fields end
/// with a NUL, the last of them the text's own hash, and bytes), at the end a record that tells how many
/// there are. Used by one thread.
class StagedLog {
public:
    /// `bucket` and `flight` must outlive it; `prefix` is what its segments' keys begin with.
    StagedLog(const Bucket& bucket, InFlight& flight, std::string prefix);

    void add(const StagedFile& file);
    void add(const StagedUpload& upload);
    void add(const StaleObject& object);
    /// Writes the end, once. The log is whole when the flight has landed.
    [[nodiscard]] Segments end();

private:
    void write(std::string text, std::span<const std::byte> bytes);

    SegmentWriter segments_;
    std::uint64_t records_ = 0;
};

/// Reads one back. Throws roost::Error where it is not whole. Used by one thread.
class StagedLogReader {
public:
    /// `bucket` and `crew` must outlive it.
    StagedLogReader(const Bucket& bucket, TaskCrew& crew, Segments segments);
    /// False at the end.
    [[nodiscard]] bool next(StagedStep& step);

private:
    void fill(std::span<std::byte> bytes);

    SegmentReader bytes_;
    std::uint64_t records_ = 0;
};

}  // namespace roost::s3
