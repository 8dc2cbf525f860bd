// Puts what was staged in place, or takes it away. Every step may be repeated.
#pragma once

#include <cstdint>

#include "lib/s3/bucket.hpp"
#include "lib/s3/task_crew.hpp"
#include "sinks/s3/staging_record.hpp"

namespace roost::s3 {

/// Stale objects go, then each staged one shows under its key. Throws roost::Error; what is done stays done.
void placeAll(const Bucket& bucket, TaskCrew& crew, const StagingRecord& record);

/// Whether what was staged is still all there: not when everything is in place and being tidied up.
[[nodiscard]] bool isStaged(const Bucket& bucket, const StagingRecord& record);

/// Removes the staging area of a restore that is in place.
void removeStaging(const Bucket& bucket, const StagingRecord& record);

/// Aborts the uploads of a restore that is not to be, and removes its staging area. Returns whether there was
/// anything.
bool undoStaging(const Bucket& bucket, const StagingRecord& record);

}  // namespace roost::s3
