// How to reach a database: what libpq is given.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "roost/location.hpp"

namespace roost::sql::postgresql {

/// libpq's keywords and values, in order; later ones win (libpq, "Database Connection Control Functions").
/// Holds secrets: nothing of it may be printed.
class ConnectionSettings {
public:
    /// From `postgresql://...` (a URI), `postgresql:keyword=value ...` (a connection string),
    /// `postgresql:name`, `postgresql:` (the environment alone) or a location's parts. What is not given
    /// comes from the environment, .pgpass and service files by libpq itself. Touches nothing outside. Throws
    /// roost::Error for what libpq can't read; the message shows nothing of it.
    [[nodiscard]] static ConnectionSettings from(const Location& location);

    /// From libpq's own keywords, as Connection::openSettings() gives them.
    [[nodiscard]] static ConnectionSettings fromKeywords(
        std::vector<std::pair<std::string, std::string>> keywords);

    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& keywords() const noexcept {
        return keywords_;
    }
    /// Whether the `dbname` among the keywords is itself a URI or a connection string.
    [[nodiscard]] bool expands() const noexcept { return expands_; }

private:
    std::vector<std::pair<std::string, std::string>> keywords_;
    bool expands_ = false;
};

}  // namespace roost::sql::postgresql
