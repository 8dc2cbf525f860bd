// The S3 server that scripts/with-s3.sh started for the tests.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "lib/s3/bucket.hpp"
#include "lib/s3/task_crew.hpp"
#include "roost/error.hpp"
#include "tests/plugins/recording_context.hpp"

namespace roost::testing {

/// The folder in which the server keeps its buckets. Throws where no server was started: a test that needs
/// one must not pass without it.
inline std::filesystem::path serverFolder() {
    const char* const folder = std::getenv("ROOST_TEST_S3_FOLDER");
    if (folder == nullptr) throw Error("no S3 server for the test: run it by scripts/with-s3.sh");
    return folder;
}

/// A bucket of its own, empty at first; a folder of that name is all that the server knows of it.
class TestBucket {
public:
    explicit TestBucket(Context& context, const std::string& label = "test")
        : name(label + "-" + std::to_string(::getpid()) + "-" + std::to_string(++made_)),
          client_(make(context)) {}
    ~TestBucket() {
        std::error_code ignored;
        std::filesystem::remove_all(serverFolder() / name, ignored);
    }
    TestBucket(const TestBucket&) = delete;
    TestBucket& operator=(const TestBucket&) = delete;

    [[nodiscard]] std::string url(const std::string& key) const { return "s3://" + name + "/" + key; }
    [[nodiscard]] std::vector<std::string> keys(const std::string& prefix = {}) const {
        std::vector<std::string> found;
        bucket.list(prefix, [&](s3::ListedObject&& object) { found.push_back(std::move(object.key)); });
        return found;
    }
    [[nodiscard]] std::size_t uploads() const {
        std::size_t count = 0;
        bucket.listUploads({}, [&](s3::ListedUpload&&) { ++count; });
        return count;
    }
    void put(const std::string& key, const std::string& text) const {
        bucket.write(key, std::as_bytes(std::span(text)));
    }
    [[nodiscard]] std::string get(const std::string& key) const {
        const auto head = bucket.head(key);
        if (!head) return "(missing)";
        std::string text(head->size, '\0');
        bucket.read(key, 0, std::as_writable_bytes(std::span(text)), head->etag, true);
        return text;
    }

    std::string name;

private:
    s3::Client make(Context& context) {
        std::filesystem::create_directory(serverFolder() / name);
        return {s3::serverSettings({}, name), context};
    }
    static inline int made_ = 0;
    s3::Client client_;

public:
    s3::Bucket bucket{client_};
};

}  // namespace roost::testing
