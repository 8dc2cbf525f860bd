// Puts what was staged in place, or takes it away. Every step may be repeated.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>

#include "lib/s3/bucket.hpp"
#include "lib/s3/task_crew.hpp"
#include "lib/storage/shown_name.hpp"
#include "sinks/s3/staging_record.hpp"

namespace roost::s3 {

/// Files that a server has lost between their upload and their placing. Any thread may add.
class LostUploads {
public:
    void add(const std::string& name);
    /// Throws roost::Error that names them.
    void throwIfAny() const;

private:
    static constexpr std::size_t named = 20;
    std::mutex mutex_;
    storage::NameSample names_{named};
};

/// Stale objects go, then each staged one shows under its key. Throws roost::Error; what is done stays done.
/// With `lost` it goes on behind a file that the server has lost, else it throws UploadLost.
void placeAll(const Bucket& bucket, TaskCrew& crew, const StagingRecord& record, LostUploads* lost = nullptr);

/// Whether what was staged is still all there: not when everything is in place and being tidied up.
[[nodiscard]] bool isStaged(const Bucket& bucket, const StagingRecord& record);

/// Removes the staging area of a restore that is in place.
void removeStaging(const Bucket& bucket, const StagingRecord& record);

/// Aborts the uploads of a restore that is not to be, and removes its staging area. Returns whether there was
/// anything.
bool undoStaging(const Bucket& bucket, const StagingRecord& record);

}  // namespace roost::s3
