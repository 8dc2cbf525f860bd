// What a server or libpq complains of, as roost's errors.
#pragma once

#include <string>
#include <string_view>

#include "roost/error.hpp"

namespace roost::sql::postgresql {

/// The fields of a server's complaint (PostgreSQL, "Error and Notice Message Fields"); "" for what it left
/// out.
struct ServerReport {
    std::string primary;
    std::string detail;
    std::string context;
    std::string schema;
    std::string table;
    std::string column;
    std::string constraint;

    /// "primary (detail)", on one line.
    [[nodiscard]] std::string text() const;
};

/// An Error that carries the server's SQLSTATE (PostgreSQL, appendix A); "" where the server gave none.
class ServerError : public Error {
public:
    ServerError(const std::string& message, std::string hint, std::string sqlState, ServerReport report = {})
        : Error(message, std::move(hint)), sqlState_(std::move(sqlState)), report_(std::move(report)) {}
    [[nodiscard]] const std::string& sqlState() const noexcept { return sqlState_; }
    [[nodiscard]] const ServerReport& report() const noexcept { return report_; }

private:
    std::string sqlState_;
    ServerReport report_;
};

namespace sql_state {
inline constexpr std::string_view undefinedTable = "42P01";
inline constexpr std::string_view undefinedSchema = "3F000";
inline constexpr std::string_view lockNotAvailable = "55P03";
inline constexpr std::string_view deadlock = "40P01";
inline constexpr std::string_view foreignKeyViolation = "23503";
inline constexpr std::string_view insufficientPrivilege = "42501";
inline constexpr std::string_view serverLeaves = "57P";  ///< shutdown, crash, ended session
}  // namespace sql_state

/// What to do next about an SQLSTATE; "" where there is nothing to say.
[[nodiscard]] std::string hintFor(std::string_view sqlState);

/// libpq's text on one line, without passwords.
[[nodiscard]] std::string oneLine(std::string_view message);

/// A connection's failure as libpq words it with PQERRORS_VERBOSE: the SQLSTATE in it ("" where there is
/// none) and the text without it, on one line.
struct ConnectFailure {
    std::string sqlState;
    std::string message;
};
[[nodiscard]] ConnectFailure parseConnectFailure(std::string_view message);

}  // namespace roost::sql::postgresql
