// What the journal keeps of an archive's upload.
#pragma once

#include <Poco/JSON/Object.h>

#include <cstdint>
#include <string>
#include <vector>

#include "lib/s3/bucket.hpp"
#include "lib/s3/journalled_bucket.hpp"
#include "roost/plugin.hpp"

namespace roost::transport {

/// Written before the upload begins, again once its id is known, and again with its parts when they are all
/// there.
struct S3UploadRecord {
    s3::JournalledBucket bucket;
    std::string key;
    std::int64_t begun = 0;  ///< the server's time before the upload was, in nanoseconds since 1970
    std::string id;          ///< "" as long as it is not known
    bool replaces = false;   ///< an archive that is there
    std::uint64_t size = 0;
    std::vector<std::string> etags;  ///< of the parts in their order; none before all are there

    [[nodiscard]] std::string toJson() const;
    /// Throws Poco::Exception for what is no record.
    [[nodiscard]] static S3UploadRecord fromJson(const Poco::JSON::Object& object);

    /// Finishes a committed upload, aborts another. What is done stays done. Returns a sentence about it, ""
    /// for nothing; of an archive that is lost the context is warned. Throws as Bucket does.
    [[nodiscard]] std::string recover(Decision decision, Context& context) const;
    /// Aborts it, as far as it is there.
    [[nodiscard]] std::string undo(const s3::Bucket& place) const;
    /// Whether it has become the object, though its answer was lost.
    [[nodiscard]] bool isComplete(const s3::Bucket& place) const {
        return !isUploading(place) && isInPlace(place);
    }

private:
    [[nodiscard]] std::string finish(const s3::Bucket& place, Context& context) const;
    [[nodiscard]] bool isUploading(const s3::Bucket& place) const;
    [[nodiscard]] bool isInPlace(const s3::Bucket& place) const;
};

}  // namespace roost::transport
