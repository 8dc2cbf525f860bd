#include "lib/sql/postgresql/connection.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>

#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

using Clock = std::chrono::steady_clock;

/// Bytes that are given to libpq in one call.
constexpr std::size_t mostAtOnce = std::size_t{256} << 10U;
/// How long a wait may last before the stop token is looked at again.
constexpr int pollMilliseconds = 200;
/// libpq's own connect_timeout has no effect on a connection that is polled.
constexpr int defaultConnectSeconds = 30;
constexpr int oldestServer = 120000;

std::string_view orEmpty(const char* text) noexcept { return text == nullptr ? std::string_view{} : text; }

std::string nameOf(PGconn* handle) {
    const std::string database(orEmpty(PQdb(handle)));
    const std::string host(orEmpty(PQhost(handle)));
    const std::string port(orEmpty(PQport(handle)));
    std::string name = database.empty() ? "the database" : "database '" + database + "'";
    if (!host.empty()) name += (host.starts_with('/') ? " on socket folder '" : " on host '") + host + "'";
    if (!port.empty()) name += " port " + port;
    return name;
}

std::chrono::seconds connectTimeout(PGconn* handle) {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfo(handle),
                                                                               &PQconninfoFree);
    int seconds = defaultConnectSeconds;
    for (const PQconninfoOption* option = options.get(); option != nullptr && option->keyword != nullptr;
         ++option)
        if (orEmpty(option->keyword) == "connect_timeout") {
            const std::string_view text = orEmpty(option->val);
            std::from_chars(text.data(), text.data() + text.size(), seconds);
        }
    return std::chrono::seconds(seconds > 0 ? seconds : defaultConnectSeconds);
}

ServerReport reportOf(const PGresult* result) {
    const auto field = [result](int code) { return std::string(orEmpty(PQresultErrorField(result, code))); };
    return {field(PG_DIAG_MESSAGE_PRIMARY), field(PG_DIAG_MESSAGE_DETAIL), field(PG_DIAG_CONTEXT),
            field(PG_DIAG_SCHEMA_NAME),     field(PG_DIAG_TABLE_NAME),     field(PG_DIAG_COLUMN_NAME),
            field(PG_DIAG_CONSTRAINT_NAME)};
}

std::string connectHint(std::string_view sqlState, std::string_view message) {
    if (std::string hint = hintFor(sqlState); !hint.empty()) return hint;
    if (message.find("no password supplied") != std::string_view::npos)
        return "give the password in PGPASSWORD, in ~/.pgpass (mode 0600), or as a part of its own";
    return "check host, port and sslmode, and that the server is running (`pg_isready` tells)";
}

}  // namespace

std::string_view Result::text(int row, int column) const noexcept {
    return {PQgetvalue(result_.get(), row, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::optional<std::string> Result::optional(int row, int column) const {
    if (isNull(row, column)) return std::nullopt;
    return string(row, column);
}

std::int64_t Result::integer(int row, int column) const {
    if (isNull(row, column)) return 0;
    const std::string_view digits = text(row, column);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size())
        throw Error("the PostgreSQL server answered '" + std::string(digits) +
                    "' where a whole number was asked for");
    return value;
}

std::uint64_t Result::affectedRows() const noexcept {
    const std::string_view digits = orEmpty(PQcmdTuples(result_.get()));
    std::uint64_t rows = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), rows);
    return rows;
}

std::string_view Result::commandTag() const noexcept { return orEmpty(PQcmdStatus(result_.get())); }

std::unique_ptr<Connection> Connection::open(const ConnectionSettings& settings, Context& context) {
    std::unique_ptr<Connection> connection(new Connection(context));
    connection->connect(settings);
    if (connection->serverVersion() < oldestServer)
        throw Error(connection->name() + " is served by PostgreSQL " +
                        std::to_string(connection->serverVersion() / 10000) +
                        ", and 12 is the oldest that roost reads",
                    "upgrade the server, or dump and restore it into a newer one");
    return connection;
}

void Connection::connect(const ConnectionSettings& settings) {
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, value] : settings.keywords()) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    handle_.reset(PQconnectStartParams(keywords.data(), values.data(), settings.expands() ? 1 : 0));
    if (!handle_) throw std::bad_alloc();
    name_ = nameOf(handle_.get());
    if (PQstatus(handle_.get()) == CONNECTION_BAD) connectFailed();
    PQsetErrorVerbosity(handle_.get(), PQERRORS_VERBOSE);  // the only way to learn the SQLSTATE of a refusal
    PQsetNoticeReceiver(handle_.get(), &Connection::receiveNotice, this);

    const auto deadline = Clock::now() + connectTimeout(handle_.get());
    PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
    while (wanted != PGRES_POLLING_OK) {
        if (wanted == PGRES_POLLING_FAILED) connectFailed();
        while (!readyWithinSlice(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT))
            if (Clock::now() > deadline)
                throw ServerError("cannot connect to " + nameOf(handle_.get()) + ": no answer in time",
                                  connectHint("", ""), "");
        wanted = PQconnectPoll(handle_.get());
    }
    name_ = nameOf(handle_.get());
    PQsetErrorVerbosity(handle_.get(), PQERRORS_DEFAULT);
}

Connection::~Connection() {
    if (handle_ && PQtransactionStatus(handle_.get()) == PQTRANS_ACTIVE) cancel();
}

Result Connection::query(const std::string& sql, std::string_view action,
                         const std::vector<std::string>& parameters) {
    action_ = action;
    std::vector<const char*> values;
    values.reserve(parameters.size());
    for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
    checked(PQsendQueryParams(handle_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                              values.data(), nullptr, nullptr, 0) == 1);
    return finalResult();
}

void Connection::execute(const std::string& sql, std::string_view action) {
    action_ = action;
    checked(PQsendQuery(handle_.get(), sql.c_str()) == 1);
    static_cast<void>(finalResult());
}

void Connection::startCopyOut(const std::string& sql, std::string_view action) {
    action_ = action;
    checked(PQsendQuery(handle_.get(), sql.c_str()) == 1);
    const Result begun(nextResult());
    if (PQresultStatus(begun.get()) != PGRES_COPY_OUT) failed(begun.get());
}

bool Connection::receive(CopyRow& row) {
    for (;;) {
        char* data = nullptr;
        const int size = PQgetCopyData(handle_.get(), &data, 1);
        if (size > 0) {
            row = CopyRow(data, static_cast<std::size_t>(size));
            return true;
        }
        if (size == -1) break;
        if (size == -2) failed(nullptr);
        waitForInput();
        checked(PQconsumeInput(handle_.get()) == 1);
    }
    static_cast<void>(finalResult());
    return false;
}

void Connection::startCopyIn(const std::string& sql, std::string_view action) {
    action_ = action;
    checked(PQsendQuery(handle_.get(), sql.c_str()) == 1);
    const Result begun(nextResult());
    if (PQresultStatus(begun.get()) != PGRES_COPY_IN) {
        drain();
        failed(begun.get());
    }
    // A blocking send could be ended neither by the stop token nor by a server that hangs.
    checked(PQsetnonblocking(handle_.get(), 1) == 0);
}

void Connection::send(std::span<const char> bytes) {
    // libpq moves all that it could not send yet with each part that it could: of a large value that would be
    // the square of its size. Pieces need not end where rows do (PostgreSQL documentation, 34.10.1).
    for (std::size_t at = 0; at < bytes.size(); at += mostAtOnce) {
        const auto piece = bytes.subspan(at, std::min(mostAtOnce, bytes.size() - at));
        int taken = 0;
        while ((taken = PQputCopyData(handle_.get(), piece.data(), static_cast<int>(piece.size()))) == 0)
            flush();
        checked(taken == 1);
        flush();
    }
}

void Connection::flush() {
    for (;;) {
        const int left = PQflush(handle_.get());
        checked(left >= 0);
        if (left == 0) return;
        // A server that complains meanwhile has to get rid of its words before it takes more.
        static_cast<void>(readyWithinSlice(POLLIN | POLLOUT));
        checked(PQconsumeInput(handle_.get()) == 1);
    }
}

bool Connection::hasAnswer() {
    pollfd descriptor{PQsocket(handle_.get()), POLLIN, 0};
    return ::poll(&descriptor, 1, 0) > 0;
}

std::uint64_t Connection::finishCopyIn() {
    int ended = 0;
    while ((ended = PQputCopyEnd(handle_.get(), nullptr)) == 0) flush();
    checked(ended == 1);
    flush();
    checked(PQsetnonblocking(handle_.get(), 0) == 0);
    return finalResult().affectedRows();
}

void Connection::commit() {
    heedsStop_ = false;
    action_ = "commit the transaction";
    checked(PQsendQuery(handle_.get(), "COMMIT") == 1);
    // A transaction that had failed before is rolled back by COMMIT, which is no error to the server.
    if (finalResult().commandTag() != "COMMIT")
        throw ServerError("the transaction on " + name_ + " had failed before and was rolled back", "", "");
}

void Connection::close() noexcept {
    if (handle_ && PQtransactionStatus(handle_.get()) == PQTRANS_ACTIVE) cancel();
    handle_.reset();
}

std::vector<std::pair<std::string, std::string>> Connection::openSettings() const {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfo(handle_.get()),
                                                                               &PQconninfoFree);
    std::vector<std::pair<std::string, std::string>> settings;
    for (const PQconninfoOption* option = options.get(); option != nullptr && option->keyword != nullptr;
         ++option)
        // "*" marks what a program shows as asterisks: passwords.
        if (!orEmpty(option->val).empty() && !orEmpty(option->dispchar).starts_with('*'))
            settings.emplace_back(option->keyword, option->val);
    return settings;
}

std::string Connection::databaseName() const { return std::string(orEmpty(PQdb(handle_.get()))); }

std::string Connection::user() const { return std::string(orEmpty(PQuser(handle_.get()))); }

std::string Connection::parameter(const char* setting) const {
    return std::string(orEmpty(PQparameterStatus(handle_.get(), setting)));
}

bool Connection::readyWithinSlice(short events) {
    if (heedsStop_ && context_.stopToken().stop_requested()) {
        cancel();
        throw Interrupted();
    }
    context_.alive();
    pollfd descriptor{PQsocket(handle_.get()), events, 0};
    const int ready = ::poll(&descriptor, 1, pollMilliseconds);
    if (ready < 0 && errno != EINTR) throw systemError("wait for " + name_, errno);
    return ready > 0;
}

void Connection::waitForInput() {
    // One slice, whatever it brings: bytes that lie ready within the TLS library don't show on the socket.
    static_cast<void>(readyWithinSlice(POLLIN));
}

PGresult* Connection::nextResult() {
    while (PQisBusy(handle_.get()) == 1) {
        waitForInput();
        checked(PQconsumeInput(handle_.get()) == 1);
    }
    return PQgetResult(handle_.get());
}

Result Connection::finalResult() {
    Result last(nullptr);
    while (PGresult* next = nextResult()) {
        last = Result(next);
        const ExecStatusType status = PQresultStatus(next);
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) {
            drain();
            failed(last.get());
        }
    }
    return last;
}

void Connection::drain() {
    for (;;) {
        while (PQisBusy(handle_.get()) == 1) {
            waitForInput();
            if (PQconsumeInput(handle_.get()) == 0) return;
        }
        const Result rest(PQgetResult(handle_.get()));
        if (rest.get() == nullptr) return;
    }
}

void Connection::checked(bool done) {
    if (!done) failed(nullptr);
}

void Connection::failed(const PGresult* result) {
    const std::string sqlState(orEmpty(PQresultErrorField(result, PG_DIAG_SQLSTATE)));
    ServerReport report = reportOf(result);
    if (report.primary.empty()) report.primary = orEmpty(PQerrorMessage(handle_.get()));
    const std::string said = report.text();
    // The server's farewell may arrive before the connection is seen to be closed.
    if (PQstatus(handle_.get()) == CONNECTION_BAD || sqlState.starts_with(sql_state::serverLeaves)) {
        std::string hint = hintFor(sqlState);
        if (hint.empty()) hint = "see the server's log; run again once it is up";
        throw ServerError(
            "the connection was lost, so roost cannot " + action_ + " of " + name_ + ": " + said, hint,
            sqlState, std::move(report));
    }
    throw ServerError("cannot " + action_ + " of " + name_ + ": " + said, hintFor(sqlState), sqlState,
                      std::move(report));
}

void Connection::connectFailed() {
    const ConnectFailure failure = parseConnectFailure(orEmpty(PQerrorMessage(handle_.get())));
    std::string subject = nameOf(handle_.get());
    if (const std::string name = user(); !name.empty()) subject += " as user '" + name + "'";
    throw ServerError("cannot connect to " + subject + ": " + failure.message,
                      connectHint(failure.sqlState, failure.message), failure.sqlState);
}

void Connection::cancel() noexcept {
    const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> request(PQgetCancel(handle_.get()),
                                                                     &PQfreeCancel);
    std::array<char, 256> complaint{};
    // Best effort: a server that can't be reached notices the closed connection by itself.
    if (request)
        static_cast<void>(PQcancel(request.get(), complaint.data(), static_cast<int>(complaint.size())));
}

void Connection::receiveNotice(void* connection, const PGresult* notice) noexcept {
    auto& self = *static_cast<Connection*>(connection);
    const std::string_view severity = orEmpty(PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED));
    const std::string text = oneLine(orEmpty(PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY)));
    const LogLevel level = severity == "WARNING" ? LogLevel::warning : LogLevel::info;
    self.context_.log(level, self.name_ + " says: " + text);
}

}  // namespace roost::sql::postgresql
