// Files on their way into a bucket, where nothing of them shows yet.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "lib/s3/bucket.hpp"
#include "lib/s3/part_upload.hpp"
#include "roost/context.hpp"
#include "roost/entry.hpp"
#include "sinks/s3/staged_log.hpp"
#include "sinks/s3/staging_record.hpp"

namespace roost::s3 {

/// Small files go into a log in the staging area, large ones are uploaded in parts that nobody completes yet.
/// Before each of these uploads a note is left in the staging area: an undone restore can find it again.
/// Used by one thread.
class StagedObjects {
public:
    /// All must outlive the object; `record` names the staging area.
    StagedObjects(const Bucket& bucket, TaskCrew& crew, const StagingRecord& record, Context& context);
    ~StagedObjects();

    /// False where there was nothing to take after all, which was told. Throws roost::Error that names the
    /// entry.
    bool write(const std::string& key, Entry& entry);
    /// An object without bytes that stands for a folder.
    void writeMarker(const std::string& key, const Entry& folder);
    /// After the last file: all that was written is with the server. Returns the log.
    [[nodiscard]] Segments finish();

    [[nodiscard]] InFlight& flight() noexcept { return flight_; }
    [[nodiscard]] std::uint64_t files() const noexcept { return files_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

private:
    struct Uploading {
        PartUpload upload;
        FileAttributes attributes;
        std::uint64_t size = 0;
    };
    [[nodiscard]] bool writeSmall(const std::string& key, Entry& entry);
    [[nodiscard]] bool writeLarge(const std::string& key, Entry& entry);
    [[nodiscard]] bool judge(const Entry& entry, std::uint64_t came) const;
    void noteFinished();

    const Bucket& bucket_;
    const StagingRecord& record_;
    Context& context_;
    InFlight flight_;
    StagedLog log_;
    std::deque<Uploading> uploading_;
    std::unique_ptr<Block> buffer_;
    std::uint64_t uploads_ = 0;
    std::uint64_t files_ = 0;
    std::uint64_t bytes_ = 0;
};

}  // namespace roost::s3
