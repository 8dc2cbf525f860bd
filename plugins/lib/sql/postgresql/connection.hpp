// A session with a PostgreSQL server, on libpq.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/sql/postgresql/connection_settings.hpp"
#include "lib/sql/postgresql/server_error.hpp"
#include "roost/context.hpp"

namespace roost::sql::postgresql {

/// The rows that a query gave, as text. Owns them; views into it live as long as it.
class Result {
public:
    explicit Result(PGresult* result) : result_(result) {}

    [[nodiscard]] int rows() const noexcept { return PQntuples(result_.get()); }
    [[nodiscard]] bool isNull(int row, int column) const noexcept {
        return PQgetisnull(result_.get(), row, column) != 0;
    }
    /// "" for null.
    [[nodiscard]] std::string_view text(int row, int column) const noexcept;
    [[nodiscard]] std::string string(int row, int column) const { return std::string(text(row, column)); }
    [[nodiscard]] std::optional<std::string> optional(int row, int column) const;
    [[nodiscard]] bool boolean(int row, int column) const noexcept { return text(row, column) == "t"; }
    /// 0 for null. Throws roost::Error where the text is no whole number.
    [[nodiscard]] std::int64_t integer(int row, int column) const;
    /// How many rows the command inserted, updated, deleted or copied.
    [[nodiscard]] std::uint64_t affectedRows() const noexcept;
    /// "COMMIT", "INSERT 0 3", ...
    [[nodiscard]] std::string_view commandTag() const noexcept;
    [[nodiscard]] const PGresult* get() const noexcept { return result_.get(); }

private:
    struct Clear {
        void operator()(PGresult* result) const noexcept { PQclear(result); }
    };
    std::unique_ptr<PGresult, Clear> result_;
};

/// One row of a COPY, as libpq hands it out.
class CopyRow {
public:
    CopyRow() = default;
    CopyRow(char* data, std::size_t size) : data_(data), size_(size) {}
    [[nodiscard]] std::span<const char> bytes() const noexcept { return {data_.get(), size_}; }

private:
    struct Free {
        void operator()(char* data) const noexcept { PQfreemem(data); }
    };
    std::unique_ptr<char, Free> data_;
    std::size_t size_ = 0;
};

/// A connection. Used by one thread at a time. Each call that waits for the server tells the context that it
/// is alive, and throws Interrupted (after the server was told to cancel) once the context's stop token asks
/// for it. Failures are ServerError: "cannot <action> of database 'x' on host 'y' port 5432: <the server's
/// words>".
class Connection {
public:
    /// Connects. `context` gets the server's notices and must outlive the connection.
    [[nodiscard]] static std::unique_ptr<Connection> open(const ConnectionSettings& settings,
                                                          Context& context);
    /// Cancels what still runs.
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// One statement with its parameters as text ($1, $2, ...). `action` reads as in "cannot list the
    /// tables".
    Result query(const std::string& sql, std::string_view action,
                 const std::vector<std::string>& parameters = {});
    /// One or more statements whose rows nobody wants.
    void execute(const std::string& sql, std::string_view action);

    /// Begins a COPY ... TO STDOUT. Nothing else may be asked before receive() gave its end.
    void startCopyOut(const std::string& sql, std::string_view action);
    /// The next row into `row`; false at the end of the data, after the server confirmed that it was all of
    /// it.
    bool receive(CopyRow& row);

    /// Begins a COPY ... FROM STDIN. Nothing but the calls of the copy may follow before finishCopyIn().
    void startCopyIn(const std::string& sql, std::string_view action);
    /// Hands the bytes on and waits until the server has taken all but what its socket buffers. Nothing is
    /// learned of rows that it refuses before finishCopyIn().
    void send(std::span<const char> bytes);
    /// True if the server has said something while it takes rows: a notice, or that it refuses one.
    [[nodiscard]] bool hasAnswer();
    /// Ends the COPY; returns how many rows the server has taken.
    std::uint64_t finishCopyIn();

    /// COMMIT. From here on the stop token is not looked at any more. Throws ServerError where the
    /// transaction was not committed, or where that is not known (PQstatus tells: lost()).
    void commit();
    /// Closes the connection; a transaction that is open is rolled back by the server. Does not wait.
    void close() noexcept;
    /// True once the connection is gone.
    [[nodiscard]] bool lost() const noexcept { return PQstatus(handle_.get()) == CONNECTION_BAD; }
    /// The settings that this connection was made with, environment and service files resolved, without
    /// passwords: good for ConnectionSettings::fromKeywords().
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> openSettings() const;

    /// "database 'app' on host 'localhost' port 5432"
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::string databaseName() const;
    [[nodiscard]] std::string user() const;
    /// 150018 for 15.18.
    [[nodiscard]] int serverVersion() const noexcept { return PQserverVersion(handle_.get()); }
    /// A setting that the server reports by itself, such as server_encoding; "" for one that it doesn't.
    [[nodiscard]] std::string parameter(const char* setting) const;

private:
    struct Finish {
        void operator()(PGconn* handle) const noexcept { PQfinish(handle); }
    };

    explicit Connection(Context& context) : context_(context) {}
    void connect(const ConnectionSettings& settings);
    [[nodiscard]] bool readyWithinSlice(short events);
    void waitForInput();
    void flush();
    [[nodiscard]] PGresult* nextResult();
    [[nodiscard]] Result finalResult();
    /// Reads what a failed query left, else the connection stays unusable.
    void drain();
    void checked(bool done);
    [[noreturn]] void failed(const PGresult* result);
    [[noreturn]] void connectFailed();
    void cancel() noexcept;
    static void receiveNotice(void* connection, const PGresult* notice) noexcept;

    Context& context_;
    std::unique_ptr<PGconn, Finish> handle_;
    std::string name_;
    std::string action_;
    bool heedsStop_ = true;
};

}  // namespace roost::sql::postgresql
