// An archive on its way into an object.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/s3/bucket.hpp"
#include "lib/s3/task_crew.hpp"
#include "lib/stream/byte_target.hpp"
#include "lib/stream/output_file.hpp"
#include "lib/stream/partial_file.hpp"
#include "lib/transport/s3_upload_record.hpp"
#include "roost/context.hpp"
#include "roost/error.hpp"

namespace roost::transport {

/// Collects the bytes in an unlinked temporary file (mode 0600) and uploads each part as soon as it is full,
/// once more where it is changed afterwards. The object shows when commit() completes the upload. Used by one
/// thread at a time.
class S3Target final : public stream::ByteTarget {
public:
    /// Begins the upload, having noted in the journal that it would.
    S3Target(s3::ServerSettings settings, std::string key, stream::OnExisting onExisting, Context& context);
    ~S3Target() override { S3Target::abort(); }
    S3Target(const S3Target&) = delete;
    S3Target& operator=(const S3Target&) = delete;

    void append(std::span<const stream::Bytes> pieces) override;
    void rewrite(std::uint64_t offset, stream::Bytes bytes) override;
    void shift(std::uint64_t offset, std::int64_t distance) override;
    [[nodiscard]] std::uint64_t size() const noexcept override { return file_.size(); }
    void prepare() override;
    void commit() override;
    void abort() noexcept override;

private:
    void note();
    void complete(const s3::Headers& conditions);
    [[nodiscard]] Error existsAlready() const;
    [[noreturn]] void leaveOpen(const Error& problem);
    void send(std::size_t index);
    void sendFull();
    void change(std::uint64_t offset, std::uint64_t size);

    s3::Client client_;
    s3::Bucket bucket_;
    std::string key_;
    stream::OnExisting onExisting_;
    Context& context_;
    stream::OutputFile file_;
    S3UploadRecord record_;
    std::vector<bool> sent_;               ///< of each part, whether the server has it as it is now
    std::vector<s3::UploadedPart> parts_;  ///< each is written by the task that uploads it
    s3::TaskCrew crew_;
    std::unique_ptr<s3::InFlight> flight_;
    bool ended_ = false;
};

/// Where the part `index` (from 0) begins: the parts grow, so that ten thousand of them hold any archive.
[[nodiscard]] std::uint64_t partBegin(std::size_t index) noexcept;

}  // namespace roost::transport
