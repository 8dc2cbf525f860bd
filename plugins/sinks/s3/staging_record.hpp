// What the journal keeps of a restore into a bucket.
#pragma once

#include <string>

#include "lib/s3/journalled_bucket.hpp"

namespace roost::s3 {

/// The bucket, and what is staged there.
struct StagingRecord {
    JournalledBucket bucket;
    std::string staging;  ///< what the keys of all that is staged begin with; ends in '/'
    bool prepared = false;
    unsigned logs = 0;  ///< when prepared: how many logs of staged objects there are

    /// Gives the staging area below `root` a name of its own.
    void chooseName(const std::string& root);
    [[nodiscard]] std::string toJson() const;
    /// Throws roost::Error for what is no record.
    [[nodiscard]] static StagingRecord fromJson(const std::string& text);

    /// The keys in the staging area.
    [[nodiscard]] std::string logKey(unsigned number) const {
        return staging + "log-" + std::to_string(number);
    }
    [[nodiscard]] std::string staleKey() const { return staging + "stale"; }
    [[nodiscard]] std::string uploadsPrefix() const { return staging + "uploads/"; }
};

}  // namespace roost::s3
