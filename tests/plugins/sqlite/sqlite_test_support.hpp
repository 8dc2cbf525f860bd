// What the tests of the SQLite source share: a folder, a host, and readings in one form.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "roost/context.hpp"
#include "sources/sqlite/sqlite_source.hpp"

namespace roost::sqlite::testing {

/// A private folder that goes with the object.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
    /// The names in it, sorted.
    [[nodiscard]] std::vector<std::string> names() const;

private:
    std::filesystem::path path_;
};

/// A host with a folder of its own for temporary files.
class Host final : public Context {
public:
    void log(LogLevel, const std::string&) override {}
    void warn(const std::string& message) override { warnings.push_back(message); }
    void setAside(const std::string&, const std::string&) override {}
    [[nodiscard]] std::stop_token stopToken() const override { return stop.get_token(); }
    void alive() override { ++calls; }
    [[nodiscard]] bool dryRun() const override { return dry; }
    [[nodiscard]] std::string pipelineName() const override { return "test"; }
    [[nodiscard]] std::chrono::system_clock::time_point startTime() const override { return {}; }
    [[nodiscard]] std::filesystem::path temporaryFolder() const override { return temporary.path(); }
    bool journal(const std::string&) override { return true; }

    Folder temporary;
    std::stop_source stop;
    std::vector<std::string> warnings;
    std::size_t calls = 0;
    bool dry = false;
};

/// A database of the test's own, without the product's code.
class Database {
public:
    explicit Database(const std::string& path);
    /// Throws std::runtime_error with SQLite's message.
    void run(const std::string& sql);
    bool tryRun(const std::string& sql);
    [[nodiscard]] sqlite3* handle() const noexcept { return handle_.get(); }
    void close() { handle_.reset(); }

private:
    struct Close {
        void operator()(sqlite3* handle) const noexcept { sqlite3_close(handle); }
    };
    std::unique_ptr<sqlite3, Close> handle_;
};

[[nodiscard]] SqliteSource::Options optionsFor(const std::string& path);

/// A reading as lines: "T name", then one "R" line a row with a cell for each stored column: n for NULL,
/// i123, r and the eight bytes in hexadecimal, t and b with theirs.
using Reading = std::vector<std::string>;

/// Everything that the source gives, the tables in the order of their names. Checks that the items come as
/// they must.
[[nodiscard]] Reading readAll(const SqliteSource::Options& options, Host& host);
/// The same as python's sqlite3 module sees it, with the names of tables as arguments.
[[nodiscard]] Reading readWithPython(const std::string& path);

/// "what | hint" of the Error that reading ends with; "" where there is none.
[[nodiscard]] std::string errorOf(const SqliteSource::Options& options, Host& host);

/// Runs `work` in a process of its own, as a user that is not root; true if it returned true.
[[nodiscard]] bool asOrdinaryUser(const std::function<bool()>& work);

[[nodiscard]] std::string contentOf(const std::string& path);
void writeContent(const std::string& path, const std::string& content);

/// The place of a sample file: in the project's own fixtures or in the folder of large ones beside the
/// checkout; empty where it is in neither.
[[nodiscard]] std::filesystem::path fixture(const std::string& name);

}  // namespace roost::sqlite::testing
