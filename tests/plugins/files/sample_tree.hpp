// Real folders for the tests of the storage source, and what a source makes of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "roost/context.hpp"
#include "roost/entry.hpp"
#include "sources/files/files_source.hpp"

namespace files_test {

/// A private folder; gone with the object, however deep it is.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

/// Writes a file and the folders above it.
void writeFile(const std::filesystem::path& path, std::string_view bytes);
void appendTo(const std::filesystem::path& path, std::string_view bytes);
void setModified(const std::filesystem::path& path, std::int64_t nanoseconds);

/// Keeps what a stage tells its host.
class RecordingContext final : public roost::Context {
public:
    explicit RecordingContext(std::filesystem::path temporary = std::filesystem::temp_directory_path())
        : temporary_(std::move(temporary)) {}

    void log(roost::LogLevel, const std::string&) override {}
    void warn(const std::string& message) override { warnings.push_back(message); }
    void setAside(const std::string& subject, const std::string& message) override {
        setAsides.push_back(subject + ": " + message);
    }
    [[nodiscard]] std::stop_token stopToken() const override { return stop.get_token(); }
    void alive() override { ++beats; }
    [[nodiscard]] bool dryRun() const override { return false; }
    [[nodiscard]] std::string pipelineName() const override { return "test"; }
    [[nodiscard]] std::chrono::system_clock::time_point startTime() const override { return {}; }
    [[nodiscard]] std::filesystem::path temporaryFolder() const override { return temporary_; }
    bool journal(const std::string&) override { return false; }

    std::vector<std::string> warnings;
    std::vector<std::string> setAsides;
    std::uint64_t beats = 0;
    std::stop_source stop;

private:
    std::filesystem::path temporary_;
};

/// An entry with its bytes read.
struct Taken {
    std::string name;  ///< displayName(); a folder's ends in '/'
    std::string bytes;
    std::uint64_t size = 0;
    std::uint32_t mode = 0;
    std::int64_t modified = 0;
    roost::ReadState state = roost::ReadState::intact;
    std::string message;
};

[[nodiscard]] Taken take(roost::Entry& entry, std::size_t bufferSize = 65536);
/// Everything that the source still has to give.
[[nodiscard]] std::vector<Taken> takeAll(roost::storage::FilesSource& source);
[[nodiscard]] std::vector<std::string> names(const std::vector<Taken>& entries);

[[nodiscard]] roost::storage::FilesOptions optionsFor(const std::filesystem::path& folder);

/// The message and hint of the roost::Error that `call` throws, "message | hint"; "" where it throws none.
[[nodiscard]] std::string errorOf(const std::function<void()>& call);

/// Runs `call` in a process of its own, which has no special rights, and returns what it returned.
[[nodiscard]] std::string asNobody(const std::function<std::string()>& call);

/// Lowers the number of descriptors that may be open for its own lifetime.
class DescriptorLimit {
public:
    explicit DescriptorLimit(std::uint64_t limit);
    ~DescriptorLimit();
    DescriptorLimit(const DescriptorLimit&) = delete;
    DescriptorLimit& operator=(const DescriptorLimit&) = delete;

private:
    std::uint64_t before_;
};

}  // namespace files_test
