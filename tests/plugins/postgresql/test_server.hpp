// The PostgreSQL server that the tests run against, and databases of their own on it.
#pragma once

#include <libpq-fe.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace roost::test {

/// What scripts/with-postgres.sh exports. Throws, with what to run, where it is missing.
struct TestServer {
    std::string socketFolder;
    std::string port;
    std::string user;
    std::string password;
    std::string certificate;
    std::string tlsUser;

    static const TestServer& get();
};

/// A plain libpq session, apart from the code under test.
class Session {
public:
    explicit Session(const std::string& database, const std::string& more = {});
    /// Runs one or more statements; throws with the server's words where one fails.
    void run(const std::string& sql);
    /// The rows of one statement as text; "\\N" is null.
    [[nodiscard]] std::vector<std::vector<std::string>> rows(const std::string& sql);
    [[nodiscard]] std::string value(const std::string& sql) { return rows(sql).at(0).at(0); }
    [[nodiscard]] PGconn* handle() const noexcept { return handle_.get(); }
    /// Starts a statement and doesn't wait for it.
    void start(const std::string& sql);
    /// Waits for what start() began.
    void finish();

    static constexpr const char* null = "\\N";

private:
    std::unique_ptr<PGconn, decltype(&PQfinish)> handle_;
};

/// A database that is dropped at the end. `options` follow CREATE DATABASE ("ENCODING 'LATIN1' ...").
class ScratchDatabase {
public:
    explicit ScratchDatabase(const std::string& sql = {}, const std::string& options = {});
    ~ScratchDatabase();
    ScratchDatabase(const ScratchDatabase&) = delete;
    ScratchDatabase& operator=(const ScratchDatabase&) = delete;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::string url() const;
    void run(const std::string& sql) const { Session(name_).run(sql); }
    /// Feeds a script of psql's to it. `leaveOut` is a regular expression (grep -E) of lines to strip.
    void load(const std::filesystem::path& script, const std::string& leaveOut = {});

private:
    std::string name_;
};

/// A role that is dropped at the end, with all that it was granted in `database`.
class ScratchRole {
public:
    ScratchRole(const ScratchDatabase& database, std::string name, const std::string& options);
    ~ScratchRole();
    ScratchRole(const ScratchRole&) = delete;
    ScratchRole& operator=(const ScratchRole&) = delete;
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    const ScratchDatabase& database_;
    std::string name_;
};

}  // namespace roost::test
