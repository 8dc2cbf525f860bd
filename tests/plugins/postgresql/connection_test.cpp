// Reaching a server, and what is said when that fails.
#include "lib/sql/postgresql/connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "plugins/postgresql/collected.hpp"
#include "plugins/postgresql/test_server.hpp"

using namespace roost;
using namespace roost::test;
using sql::postgresql::Connection;
using sql::postgresql::ConnectionSettings;

namespace {

using Parts = std::map<std::string, std::string>;

struct Failure {
    std::string message;
    std::string hint;
};

Failure failureOf(const Location& location) {
    QuietContext context;
    PostgresOptions options;
    options.url = location;
    try {
        static_cast<void>(collect(options, context));
    } catch (const Error& error) {
        return {error.what(), error.hint()};
    }
    return {"no failure", ""};
}

Failure failureOf(const std::string& url) { return failureOf(Location::parse(url)); }

Location tcp(Parts more) {
    const TestServer& server = TestServer::get();
    Parts parts{{"host", "localhost"},
                {"port", server.port},
                {"user", server.user},
                {"password", server.password},
                {"name", "postgres"}};
    for (auto& [name, value] : more) parts[name] = value;
    return Location::fromParts("postgresql", parts);
}

bool encrypted(Connection& connection) {
    return connection.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", "look").boolean(0, 0);
}

/// A port that takes connections and never answers.
class MutePort {
public:
    MutePort() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
            ::listen(socket_, 1) != 0 ||
            ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("no port");
        port_ = std::to_string(ntohs(address.sin_port));
    }
    ~MutePort() { ::close(socket_); }
    MutePort(const MutePort&) = delete;
    MutePort& operator=(const MutePort&) = delete;
    [[nodiscard]] const std::string& port() const noexcept { return port_; }

private:
    int socket_;
    std::string port_;
};

}  // namespace

TEST_CASE("a server that isn't there is named with host, port and what to look at") {
    const Failure socket = failureOf("postgresql:host=/nowhere port=5999 dbname=app user=me");
    CHECK(socket.message ==
          "cannot connect to database 'app' on socket folder '/nowhere' port 5999 as user 'me': connection "
          "to server on "
          "socket \"/nowhere/.s.PGSQL.5999\" failed: No such file or directory Is the server running locally "
          "and accepting "
          "connections on that socket?");
    CHECK(socket.hint == "check host, port and sslmode, and that the server is running (`pg_isready` tells)");
    CHECK(failureOf("postgresql://me:secret@127.0.0.1:1/app")
              .message.starts_with(
                  "cannot connect to database 'app' on host '127.0.0.1' port 1 as user 'me': "));
    CHECK(failureOf("postgresql://me:secret@no.such.host.invalid/app")
              .message.find("could not translate host name") != std::string::npos);
}

TEST_CASE("a wrong password is refused and not shown") {
    for (const Location& location :
         {tcp({{"password", "wrong-secret"}}),
          Location::parse("postgresql://" + TestServer::get().user +
                          ":wrong-secret@localhost:" + TestServer::get().port + "/postgres"),
          Location::parse("postgresql:host=localhost dbname=postgres user=" + TestServer::get().user +
                          " password = wrong-secret port=" + TestServer::get().port)}) {
        const Failure failure = failureOf(location);
        CHECK(failure.message.starts_with("cannot connect to database 'postgres' on host 'localhost' port " +
                                          TestServer::get().port + " as user '" + TestServer::get().user +
                                          "': "));
        CHECK(failure.message.ends_with("FATAL: password authentication failed for user \"" +
                                        TestServer::get().user + "\""));
        CHECK(failure.message.find("secret") == std::string::npos);
        CHECK(failure.hint ==
              "check user and password; where none is given, PGPASSWORD and ~/.pgpass are looked at");
    }
}

TEST_CASE("a missing database is named") {
    ScratchDatabase present;
    const std::string url = present.url();
    const Failure failure = failureOf(url.substr(0, url.rfind('=') + 1) + "absent");
    CHECK(failure.message.ends_with("FATAL: database \"absent\" does not exist"));
    CHECK(failure.message.starts_with("cannot connect to database 'absent' on socket folder '"));
    CHECK(failure.hint == "check the database's name; `psql -l` lists those of the server");
}

TEST_CASE("a password with @ : / and blanks works by parts, and percent-encoded in a URI") {
    ScratchDatabase database;
    const ScratchRole role(database, "odd", R"(PASSWORD 'p@:/ ''"\%25=w')");
    QuietContext context;
    const auto byParts = Connection::open(
        ConnectionSettings::from(
            tcp({{"user", role.name()}, {"password", R"(p@:/ '"\%25=w)"}, {"name", database.name()}})),
        context);
    CHECK(byParts->query("SELECT current_user", "ask").text(0, 0) == role.name());
    const auto byUri = Connection::open(
        ConnectionSettings::from(Location::parse(
            "postgres://" + role.name() +
            ":p%40%3A%2F%20%27%22%5C%2525%3Dw@localhost:" + TestServer::get().port + "/" + database.name())),
        context);
    CHECK(byUri->query("SELECT current_user", "ask").text(0, 0) == role.name());
}

TEST_CASE("TLS is what sslmode says, and a server that wants it refuses plain connections") {
    QuietContext context;
    const TestServer& server = TestServer::get();
    const Failure plain = failureOf(tcp({{"user", server.tlsUser}, {"sslmode", "disable"}}));
    CHECK(plain.message.find("pg_hba.conf rejects connection for host") != std::string::npos);
    CHECK(plain.message.find("no encryption") != std::string::npos);
    CHECK(plain.hint == "check user and sslmode, and which connections the server's pg_hba.conf lets in");
    const auto required = Connection::open(
        ConnectionSettings::from(tcp({{"user", server.tlsUser}, {"sslmode", "require"}})), context);
    CHECK(encrypted(*required));
    const auto without = Connection::open(ConnectionSettings::from(tcp({{"sslmode", "disable"}})), context);
    CHECK_FALSE(encrypted(*without));
    const std::string base =
        "postgresql://" + server.tlsUser + ":" + server.password + "@localhost:" + server.port + "/postgres?";
    const auto verified =
        Connection::open(ConnectionSettings::from(
                             Location::parse(base + "sslmode=verify-full&sslrootcert=" + server.certificate)),
                         context);
    CHECK(encrypted(*verified));
    const Failure unverified = failureOf(base + "sslmode=verify-full&sslrootcert=/nowhere.crt");
    CHECK(unverified.message.find("root certificate file \"/nowhere.crt\" does not exist") !=
          std::string::npos);
    CHECK(unverified.message.find(server.password) == std::string::npos);
}

TEST_CASE("values of many sizes come whole over TLS") {
    ScratchDatabase database(
        "CREATE TABLE t AS SELECT i, repeat(md5(i::text), i * i) AS s FROM generate_series(0, 250) i");
    PostgresOptions options;
    options.url = tcp({{"name", database.name()}, {"sslmode", "require"}});
    QuietContext context;
    requireSameAsServer(database.name(), collect(options, context));
}

TEST_CASE("the environment fills in what the url leaves out") {
    const TestServer& server = TestServer::get();
    ScratchDatabase database("CREATE TABLE t (a int)");
    ::setenv("PGDATABASE", database.name().c_str(), 1);
    QuietContext context;
    const auto connection =
        Connection::open(ConnectionSettings::from(Location::parse("postgresql:")), context);
    ::setenv("PGDATABASE", "postgres", 1);
    CHECK(connection->databaseName() == database.name());
    CHECK(connection->name() == "database '" + database.name() + "' on socket folder '" +
                                    server.socketFolder + "' port " + server.port);
    CHECK(connection->query("SHOW application_name", "ask").text(0, 0) == "roost");
}

TEST_CASE("a server that doesn't answer is given up after connect_timeout, and at once when interrupted") {
    const MutePort mute;
    const auto begin = std::chrono::steady_clock::now();
    const Failure failure = failureOf("postgresql:host=127.0.0.1 port=" + mute.port() +
                                      " dbname=app user=me sslmode=disable connect_timeout=1");
    CHECK(failure.message ==
          "cannot connect to database 'app' on host '127.0.0.1' port " + mute.port() + ": no answer in time");
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));

    QuietContext context;
    PostgresOptions options =
        optionsFor("postgresql:host=127.0.0.1 port=" + mute.port() + " dbname=app user=me");
    std::jthread stopper([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        context.stop();
    });
    CHECK_THROWS_AS(collect(options, context), Interrupted);
    CHECK(context.signsOfLife() > 0);
}

TEST_CASE("the server's notices go to the log") {
    ScratchDatabase database;
    QuietContext context;
    const auto connection =
        Connection::open(ConnectionSettings::from(Location::parse(database.url())), context);
    connection->execute("DO $$ BEGIN RAISE WARNING 'careful'; RAISE NOTICE 'by the way'; END $$", "try");
    CHECK(context.logged(LogLevel::warning, connection->name() + " says: careful"));
    CHECK(context.logged(LogLevel::info, connection->name() + " says: by the way"));
}

TEST_CASE("a failed statement leaves the connection usable and says what was tried") {
    ScratchDatabase database;
    QuietContext context;
    const auto connection =
        Connection::open(ConnectionSettings::from(Location::parse(database.url())), context);
    CHECK_THROWS_WITH(connection->query("SELECT 1 / 0", "divide the rows"),
                      "cannot divide the rows of " + connection->name() + ": division by zero");
    CHECK(connection->query("SELECT $1::text", "ask", {"it's"}).text(0, 0) == "it's");
    CHECK_THROWS_WITH(connection->execute("SELECT 1; SELECT nonsense; SELECT 2", "run it"),
                      "cannot run it of " + connection->name() + ": column \"nonsense\" does not exist");
    CHECK(connection->query("SELECT 2", "ask").integer(0, 0) == 2);
}
