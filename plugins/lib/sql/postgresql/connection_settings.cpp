#include "lib/sql/postgresql/connection_settings.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

using Keyword = std::pair<std::string, std::string>;

/// A peer that is gone without a word is noticed within a minute; a connection string may say otherwise.
const std::array<Keyword, 5> defaults{{{"fallback_application_name", "roost"},
                                       {"keepalives_idle", "30"},
                                       {"keepalives_interval", "10"},
                                       {"keepalives_count", "3"},
                                       {"tcp_user_timeout", "60000"}}};

/// The names of a location's parts and libpq's for them.
const std::array<Keyword, 6> partKeywords{{{"host", "host"},
                                           {"port", "port"},
                                           {"user", "user"},
                                           {"password", "password"},
                                           {"name", "dbname"},
                                           {"sslmode", "sslmode"}}};

/// libpq's words with what it quotes cut away: that may be a piece of a password.
std::string withoutQuotations(std::string_view message) {
    std::string shown;
    bool quoted = false;
    for (const char c : message.substr(0, message.find('\n'))) {
        if (c == '"') {
            if (!quoted) shown += "\"...\"";
            quoted = !quoted;
        } else if (!quoted) {
            shown += c;
        }
    }
    return shown;
}

Error unreadable(const std::string& why) {
    return Error("the url is no connection string that PostgreSQL's library can read (" + why + ")",
                 "write postgresql://user:password@host:port/name with '%', '@', ':' and '/' of a password "
                 "percent-encoded, or give host, port, user, password and name as single options, where "
                 "nothing needs escaping");
}

/// libpq ends the credentials at the first '@' and takes what follows for a host, which messages name: a
/// password that holds an '@' or a '/' as it is would be shown in pieces.
void requireEscapedCredentials(std::string_view uri) {
    uri.remove_prefix(uri.find("//") + 2);
    if (const std::size_t end = uri.find_first_of("@/"); end != std::string_view::npos && uri[end] == '@')
        uri.remove_prefix(end + 1);
    if (uri.substr(0, uri.find('?')).find('@') != std::string_view::npos)
        throw unreadable("an '@' that is not percent-encoded");
}

void requireReadable(const std::string& connectionString) {
    char* complaint = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(
        PQconninfoParse(connectionString.c_str(), &complaint), &PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> message(complaint, &PQfreemem);
    if (!parsed) throw unreadable(withoutQuotations(message ? message.get() : "out of memory"));
    // Where the host is missing, what should be the password stands in the port's place.
    for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option)
        if (std::string_view(option->keyword) == "port" && option->val != nullptr &&
            std::string_view(option->val).find_first_not_of("0123456789,") != std::string_view::npos)
            throw unreadable("a port that is no number");
}

}  // namespace

ConnectionSettings ConnectionSettings::from(const Location& location) {
    ConnectionSettings settings;
    settings.keywords_.assign(defaults.begin(), defaults.end());
    for (const auto& [part, value] : location.parts()) {
        if (part == "path") continue;  // of a database in a file, which the same definition may offer
        const auto* known = std::ranges::find(partKeywords, part, &Keyword::first);
        if (known == partKeywords.end()) throw Error("a PostgreSQL database has no part '" + part + "'");
        if (value.find('\0') != std::string::npos)
            throw Error("the database's " + part + " holds a NUL byte");
        settings.keywords_.emplace_back(known->second, value);
    }
    if (!location.parts().empty() || location.rest().empty()) return settings;

    const bool uri = location.rest().starts_with("//");
    settings.expands_ = uri || location.rest().find('=') != std::string::npos;
    const std::string name = uri ? "postgresql:" + location.rest() : location.rest();
    if (name.find('\0') != std::string::npos) throw Error("the url holds a NUL byte");
    if (uri) requireEscapedCredentials(name);
    if (settings.expands_) requireReadable(name);
    settings.keywords_.emplace_back("dbname", name);
    return settings;
}

ConnectionSettings ConnectionSettings::fromKeywords(
    std::vector<std::pair<std::string, std::string>> keywords) {
    ConnectionSettings settings;
    settings.keywords_ = std::move(keywords);
    return settings;
}

}  // namespace roost::sql::postgresql
