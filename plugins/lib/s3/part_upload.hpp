// A multipart upload whose parts travel side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lib/s3/block.hpp"
#include "lib/s3/bucket.hpp"
#include "lib/s3/task_crew.hpp"

namespace roost::s3 {

/// Parts have this size at least (but the last one), which S3 wants to be 5 MiB or more.
inline constexpr std::size_t smallestPart = std::size_t{8} << 20U;
/// Up to this size they grow with the object, so that there are not many.
inline constexpr std::size_t usualPart = std::size_t{20} << 20U;
/// What S3 takes in one upload.
inline constexpr unsigned mostParts = 10'000;
/// What every server takes: versitygw over ext4 keeps the list of an object's parts in an attribute of its
/// file, and fails to complete an upload of a thousand and more.
inline constexpr unsigned fewParts = 500;

/// How large the parts of an object of `size` bytes are.
[[nodiscard]] std::size_t partSizeFor(std::uint64_t size) noexcept;

/// What completing an upload needs to know.
struct FinishedParts {
    std::string key;
    std::string id;
    std::vector<UploadedPart> parts;
};

/// Takes the bytes of one object from front to back. Nothing shows before the upload is completed, which is
/// left to whoever has finished(). Used by one thread, beside those of the crew.
class PartUpload {
public:
    /// `bucket` and `flight` must outlive it. `beforeStart`, if any, is called once, by some thread, right
    /// before the upload is begun.
    PartUpload(const Bucket& bucket, InFlight& flight, std::string key, Headers headers, std::size_t partSize,
               std::function<void()> beforeStart = {});

    /// Throws what an earlier task of the flight threw.
    void append(std::span<const std::byte> bytes);
    /// After the last byte, once. What is left goes on its way.
    void end();
    /// After end(): whether all parts are with the server.
    [[nodiscard]] bool complete() const;
    /// Once complete().
    [[nodiscard]] FinishedParts finished() const;

private:
    struct State;
    void sendPart();

    InFlight& flight_;
    std::shared_ptr<State> state_;
    std::size_t partSize_;
    std::unique_ptr<Block> block_;
    unsigned sent_ = 0;
};

}  // namespace roost::s3
