#include "lib/sql/sqlite/ddl_guard.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "lib/sql/name_pattern.hpp"
#include "lib/sql/sqlite/ddl_tokens.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::sqlite {

namespace {

using sql::NameCase;
using sql::sameName;

constexpr auto safeModules =
    std::to_array<std::string_view>({"fts3", "fts4", "fts5", "rtree", "rtree_i32", "geopoly"});

bool same(const char* a, std::string_view b) noexcept {
    return a != nullptr && sameName(a, b, NameCase::folded);
}

/// SQLite's questions while it compiles one CREATE statement.
class Permission {
public:
    explicit Permission(const Creation& wanted) : wanted_(wanted) {}

    static int ask(void* self, int action, const char* first, const char* second, const char* database,
                   const char*) {
        auto& permission = *static_cast<Permission*>(self);
        if ((database == nullptr || same(database, "main")) && permission.allows(action, first, second))
            return SQLITE_OK;
        permission.denied_ = true;
        return SQLITE_DENY;
    }
    /// SQLite's own error does not always say so.
    [[nodiscard]] bool denied() const noexcept { return denied_; }

private:
    [[nodiscard]] bool isSchema(const char* table) const noexcept {
        return same(table, "sqlite_master") || same(table, "sqlite_schema") || same(table, "sqlite_sequence");
    }

    [[nodiscard]] bool allows(int action, const char* first, const char* second) const noexcept {
        switch (action) {
            case SQLITE_SELECT:
            case SQLITE_RECURSIVE:
            case SQLITE_READ:
                return true;
            case SQLITE_FUNCTION:
                return !same(second, "load_extension");
            case SQLITE_INSERT:
            case SQLITE_UPDATE:
            case SQLITE_DELETE:
                return isSchema(first);
            case SQLITE_CREATE_TABLE:
                return (wanted_.kind == CreatedKind::table && same(first, wanted_.name)) ||
                       same(first, "sqlite_sequence");
            case SQLITE_CREATE_VTABLE:
                return wanted_.kind == CreatedKind::virtualTable && same(first, wanted_.name) &&
                       std::ranges::any_of(safeModules,
                                           [&](std::string_view module) { return same(second, module); });
            case SQLITE_CREATE_INDEX:
                return (wanted_.kind == CreatedKind::index && same(first, wanted_.name) &&
                        same(second, wanted_.table)) ||
                       (wanted_.kind == CreatedKind::table && same(second, wanted_.name));
            case SQLITE_REINDEX:
                return wanted_.kind == CreatedKind::index && same(first, wanted_.name);
            case SQLITE_CREATE_VIEW:
                return wanted_.kind == CreatedKind::view && same(first, wanted_.name);
            case SQLITE_CREATE_TRIGGER:
                return wanted_.kind == CreatedKind::trigger && same(first, wanted_.name) &&
                       same(second, wanted_.table);
            default:
                return false;
        }
    }

    const Creation& wanted_;
    bool denied_ = false;
};

/// CREATE TABLE ... AS would also fill the table.
bool isPlainTable(const std::vector<Token>& tokens) {
    for (const Token& token : tokens) {
        if (token.is("AS")) return false;
        if (token.isSymbol('(')) return true;
    }
    return false;
}

bool isWanted(CreatedKind kind, const std::vector<Token>& tokens) {
    if (tokens.size() < 3 || !tokens[0].is("CREATE")) return false;
    switch (kind) {
        case CreatedKind::table:
            return tokens[1].is("TABLE") && isPlainTable(tokens);
        case CreatedKind::virtualTable:
            return tokens[1].is("VIRTUAL") && tokens[2].is("TABLE");
        case CreatedKind::index:
            return tokens[1].is("INDEX") || (tokens[1].is("UNIQUE") && tokens[2].is("INDEX"));
        case CreatedKind::view:
            return tokens[1].is("VIEW");
        case CreatedKind::trigger:
            return tokens[1].is("TRIGGER");
    }
    return false;
}

Error refused(const Creation& wanted) {
    return Error("the definition of " + shown(wanted) +
                     " that comes with the data is refused: it does not just create that",
                 "an archive from a stranger may hold harmful statements; look at its schema.json");
}

/// The connection asks `permission` as long as this lives.
class Authorizing {
public:
    Authorizing(Connection& connection, Permission& permission) : handle_(connection.handle()) {
        sqlite3_set_authorizer(handle_, &Permission::ask, &permission);
    }
    ~Authorizing() { sqlite3_set_authorizer(handle_, nullptr, nullptr); }
    Authorizing(const Authorizing&) = delete;
    Authorizing& operator=(const Authorizing&) = delete;

private:
    sqlite3* handle_;
};

}  // namespace

std::string shown(const Creation& wanted) {
    const auto quoted = [](const std::string& name) { return "'" + storage::shownName(name) + "'"; };
    switch (wanted.kind) {
        case CreatedKind::table:
            return "table " + quoted(wanted.name);
        case CreatedKind::virtualTable:
            return "virtual table " + quoted(wanted.name);
        case CreatedKind::index:
            return "index " + quoted(wanted.name) + " of table " + quoted(wanted.table);
        case CreatedKind::view:
            return "view " + quoted(wanted.name);
        case CreatedKind::trigger:
            break;
    }
    return "trigger " + quoted(wanted.name) + " of table " + quoted(wanted.table);
}

void create(Connection& connection, const Creation& wanted, const std::string& sql) {
    // SQLite stops at a NUL; what stands behind it would never be looked at.
    if (sql.find('\0') != std::string::npos || !isWanted(wanted.kind, tokenize(sql))) throw refused(wanted);
    Permission permission(wanted);
    sqlite3_stmt* prepared = nullptr;
    const char* tail = nullptr;
    int code = SQLITE_OK;
    {
        // Only while it compiles: what a module does to its own tables when the statement runs is its
        // business.
        const Authorizing authorizing(connection, permission);
        code = sqlite3_prepare_v2(connection.handle(), sql.c_str(), -1, &prepared, &tail);
    }
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(prepared, &sqlite3_finalize);
    if (permission.denied()) throw refused(wanted);
    if (code != SQLITE_OK) connection.fail("create " + shown(wanted));
    const auto isEmpty = [](const Token& token) {
        return token.kind == Token::Kind::end || token.isSymbol(';');
    };
    if (!std::ranges::all_of(tokenize(tail), isEmpty)) throw refused(wanted);
    if (sqlite3_step(statement.get()) != SQLITE_DONE) connection.fail("create " + shown(wanted));
}

}  // namespace roost::sqlite
