#include "plugins/postgresql/test_server.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace roost::test {

namespace {

std::string required(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0')
        throw std::runtime_error(std::string(name) +
                                 " is not set: these tests need a PostgreSQL server; run them by "
                                 "`scripts/with-postgres.sh ctest --test-dir <build folder>`");
    return value;
}

std::string uniqueName(const std::string& prefix) {
    static std::atomic<int> count{0};
    return prefix + "_" + std::to_string(::getpid()) + "_" + std::to_string(count++);
}

std::string connectionString(const std::string& database) {
    const TestServer& server = TestServer::get();
    return "host=" + server.socketFolder + " port=" + server.port + " user=" + server.user +
           " dbname=" + database;
}

std::string shellQuoted(const std::string& text) {
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

}  // namespace

const TestServer& TestServer::get() {
    static const TestServer server{
        required("ROOST_TEST_PG_SOCKET"),   required("PGPORT"),           required("PGUSER"),
        required("ROOST_TEST_PG_PASSWORD"), required("ROOST_TEST_PG_CA"), required("ROOST_TEST_PG_TLS_USER")};
    return server;
}

Session::Session(const std::string& database, const std::string& more)
    : handle_(PQconnectdb((connectionString(database) + " " + more).c_str()), &PQfinish) {
    if (PQstatus(handle_.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(handle_.get()));
    PQsetNoticeProcessor(
        handle_.get(), [](void*, const char*) {}, nullptr);
}

void Session::run(const std::string& sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(handle_.get(), sql.c_str()), &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(sql + ": " + PQerrorMessage(handle_.get()));
}

std::vector<std::vector<std::string>> Session::rows(const std::string& sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(handle_.get(), sql.c_str()), &PQclear);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK)
        throw std::runtime_error(sql + ": " + PQerrorMessage(handle_.get()));
    std::vector<std::vector<std::string>> rows(static_cast<std::size_t>(PQntuples(result.get())));
    for (std::size_t row = 0; row < rows.size(); ++row)
        for (int column = 0; column < PQnfields(result.get()); ++column) {
            const int at = static_cast<int>(row);
            rows[row].push_back(
                PQgetisnull(result.get(), at, column) != 0
                    ? std::string(null)
                    : std::string(PQgetvalue(result.get(), at, column),
                                  static_cast<std::size_t>(PQgetlength(result.get(), at, column))));
        }
    return rows;
}

void Session::start(const std::string& sql) {
    if (PQsendQuery(handle_.get(), sql.c_str()) != 1) throw std::runtime_error(PQerrorMessage(handle_.get()));
}

void Session::finish() {
    while (PGresult* result = PQgetResult(handle_.get())) PQclear(result);
}

ScratchDatabase::ScratchDatabase(const std::string& sql, const std::string& options)
    : name_(uniqueName("scratch")) {
    Session("postgres").run("CREATE DATABASE " + name_ + " " + options);
    if (!sql.empty()) run(sql);
}

ScratchDatabase::~ScratchDatabase() {
    try {
        Session("postgres").run("DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
    } catch (const std::exception&) {
        // The whole server goes at the end; a test may have stopped it.
    }
}

std::string ScratchDatabase::url() const {
    const TestServer& server = TestServer::get();
    return "postgresql:host=" + server.socketFolder + " port=" + server.port + " user=" + server.user +
           " dbname=" + name_;
}

void ScratchDatabase::load(const std::filesystem::path& script, const std::string& leaveOut) {
    const TestServer& server = TestServer::get();
    const std::string strip = leaveOut.empty() ? "cat " : "grep -vE " + shellQuoted(leaveOut) + " ";
    const std::string command = strip + shellQuoted(script.string()) + " | psql -Xq -v ON_ERROR_STOP=1 -h " +
                                shellQuoted(server.socketFolder) + " -p " + server.port + " -U " +
                                server.user + " -d " + name_ + " >/dev/null";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("psql could not load " + script.string());
}

ScratchRole::ScratchRole(const ScratchDatabase& database, std::string name, const std::string& options)
    : database_(database), name_(uniqueName(std::move(name))) {
    Session("postgres").run("CREATE ROLE " + name_ + " LOGIN " + options);
}

ScratchRole::~ScratchRole() {
    try {
        Session(database_.name()).run("DROP OWNED BY " + name_ + " CASCADE");
        Session("postgres").run("DROP ROLE " + name_);
    } catch (const std::exception&) {
        // As above.
    }
}

}  // namespace roost::test
