// What the journal keeps of a restore into a bucket.
#pragma once

#include <cstdint>
#include <string>

#include "lib/s3/journalled_bucket.hpp"

namespace roost::s3 {

/// The bucket, and what is staged there.
struct StagingRecord {
    JournalledBucket bucket;
    std::string staging;  ///< what the keys of all that is staged begin with; ends in '/'
    bool prepared = false;
    /// When prepared: how many bytes of the logs there are.
    std::uint64_t logBytes = 0;
    std::uint64_t staleBytes = 0;

    /// Gives the staging area below `root` a name of its own.
    void chooseName(const std::string& root);
    [[nodiscard]] std::string toJson() const;
    /// Throws roost::Error for what is no record.
    [[nodiscard]] static StagingRecord fromJson(const std::string& text);

    /// The keys in the staging area.
    [[nodiscard]] std::string logPrefix() const { return staging + "log/"; }
    [[nodiscard]] std::string stalePrefix() const { return staging + "stale/"; }
    [[nodiscard]] std::string uploadsPrefix() const { return staging + "uploads/"; }
    /// Its presence says that everything is in place and the staging area is on its way out.
    [[nodiscard]] std::string placedKey() const { return staging + "placed"; }
};

}  // namespace roost::s3
