// The operations on a bucket's objects and uploads.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lib/s3/client.hpp"
#include "lib/s3/object_attributes.hpp"

namespace roost::s3 {

/// An object as a list has it.
struct ListedObject {
    std::string key;
    std::uint64_t size = 0;
    std::string etag;
    std::int64_t modifiedNanoseconds = 0;  ///< when the server got it
};

/// A multipart upload that is not complete yet.
struct ListedUpload {
    std::string key;
    std::string id;
    std::int64_t initiatedNanoseconds = 0;
};

/// From and to, in nanoseconds since 1970-01-01 UTC.
struct TimeSpan {
    std::int64_t from = 0;
    std::int64_t to = std::numeric_limits<std::int64_t>::max();
};

/// A part that the server has.
struct UploadedPart {
    unsigned number = 0;
    std::string etag;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Each call is one or more requests; any number of threads. Each throws as Client::send() does.
class Bucket {
public:
    /// `client` must outlive it.
    explicit Bucket(Client& client) : client_(client) {}

    [[nodiscard]] Client& client() const noexcept { return client_; }
    [[nodiscard]] std::string shown(const std::string& key) const { return client_.shown(key); }

    /// Gives every object whose key begins with `prefix`, as the server orders them, a page of a thousand at
    /// a time.
    void list(const std::string& prefix, const std::function<void(ListedObject&&)>& visit) const;
    /// Whether there is one.
    [[nodiscard]] bool hasAny(const std::string& prefix) const;
    /// Nothing where there is no such object.
    [[nodiscard]] std::optional<ObjectHead> head(const std::string& key) const;
    /// Throws why there is no such object as head() looked for: the bucket, the key, the credentials.
    [[noreturn]] void explainMissing(const std::string& key) const;
    /// Fills `into` with the bytes from `offset` on, all of them or it throws. With an ETag only from that
    /// version (ServerRefusal of status 412 where it is gone). `whole` says that this is all there is.
    ObjectHead read(const std::string& key, std::uint64_t offset, std::span<std::byte> into,
                    const std::string& etag, bool whole) const;
    /// `hash` is the SHA-256 of the bytes, "" to have it added up. Returns the ETag.
    std::string write(const std::string& key, std::span<const std::byte> bytes, Headers headers = {},
                      std::string hash = {}) const;
    /// Keys that are not there are no error.
    void remove(std::span<const std::string> keys) const;

    /// Returns the upload's id.
    [[nodiscard]] std::string startUpload(const std::string& key, Headers headers) const;
    [[nodiscard]] UploadedPart uploadPart(const std::string& key, const std::string& id, unsigned number,
                                          std::span<const std::byte> bytes) const;
    /// The object shows when this returns, with that many bytes: throws UploadLost where the server says so
    /// and it does not. `headers` may hold conditions.
    ObjectHead completeUpload(const std::string& key, const std::string& id,
                              std::span<const UploadedPart> parts, std::uint64_t size,
                              Headers headers = {}) const;
    /// One that is not there is no error.
    void abortUpload(const std::string& key, const std::string& id) const;
    void listUploads(const std::string& prefix, const std::function<void(ListedUpload&&)>& visit) const;
    /// Aborts the uploads to this very key that began in this time, by the server's clock. Returns how many.
    std::size_t abortUploads(const std::string& key, const TimeSpan& begun) const;
    /// The server's clock, in nanoseconds since 1970; this machine's where the server does not tell. Looks
    /// into the bucket, at what begins with `prefix`.
    [[nodiscard]] std::int64_t serverTime(const std::string& prefix) const;

private:
    void abortTwins(const std::string& key, const std::string& id, std::int64_t within) const;
    void askForWords(const std::string& key, const std::string& what) const;
    void removeBatch(std::span<const std::string> keys) const;

    Client& client_;
};

/// The most objects that one request lists or removes.
inline constexpr std::size_t pageSize = 1000;

}  // namespace roost::s3
