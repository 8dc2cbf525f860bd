#include "lib/sql/postgresql/native_statement.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <span>
#include <string_view>

#include "lib/sql/postgresql/identifiers.hpp"
#include "lib/sql/postgresql/sql_tokens.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

using Words = std::initializer_list<std::string_view>;

std::string serverSchema(const std::string& schema) { return schema.empty() ? "public" : schema; }

/// The tokens of one statement, read from the front.
class Reader {
public:
    explicit Reader(const SqlStatement& statement) : rest_(statement.tokens) {}

    /// Takes the words if they come next.
    bool take(Words words) {
        if (rest_.size() < words.size() ||
            !std::equal(words.begin(), words.end(), rest_.begin(),
                        [](std::string_view word, const Token& token) { return token.is(word); }))
            return false;
        rest_ = rest_.subspan(words.size());
        return true;
    }
    /// Takes a name with its schema if it is this one.
    bool takeName(const std::string& schema, const std::string& name) {
        if (rest_.size() < 3 || !rest_[0].isName() || !rest_[1].is(".") || !rest_[2].isName() ||
            rest_[0].text != serverSchema(schema) || rest_[2].text != name)
            return false;
        rest_ = rest_.subspan(3);
        return true;
    }
    bool takeAnyName() {
        if (rest_.empty() || !rest_.front().isName()) return false;
        rest_ = rest_.subspan(1);
        return true;
    }
    /// Moves behind the next occurrence of the word.
    bool skipTo(std::string_view word) {
        const auto found = std::ranges::find_if(rest_, [word](const Token& token) { return token.is(word); });
        if (found == rest_.end()) return false;
        rest_ = rest_.subspan(static_cast<std::size_t>(found - rest_.begin()) + 1);
        return true;
    }
    [[nodiscard]] bool holds(std::string_view word) const {
        return std::ranges::any_of(rest_, [word](const Token& token) { return token.is(word); });
    }
    [[nodiscard]] bool atEnd() const noexcept { return rest_.empty(); }

private:
    std::span<const Token> rest_;
};

/// ALTER TABLE of the given table with a single change, which begins with `change`.
bool altersTable(const SqlStatement& statement, const std::string& schema, const std::string& table,
                 Words change) {
    Reader reader(statement);
    if (!reader.take({"alter", "table"})) return false;
    reader.take({"only"});
    return reader.takeName(schema, table) && reader.take(change) && !reader.holds(",");
}

bool isTable(Reader reader, const std::string& schema, const std::string& name) {
    if (!reader.take({"create"})) return false;
    reader.take({"unlogged"});
    // CREATE TABLE ... AS would run a query.
    return reader.take({"table"}) && reader.takeName(schema, name) && !reader.holds("as");
}

bool isIndex(Reader reader, const std::string& schema, const std::string& table) {
    if (!reader.take({"create"})) return false;
    reader.take({"unique"});
    if (!reader.take({"index"})) return false;
    if (!reader.skipTo("on")) return false;
    reader.take({"only"});
    return reader.takeName(schema, table);
}

bool isTrigger(Reader reader, const NativeObject& object) {
    if (!reader.take({"create"})) return false;
    reader.take({"constraint"});
    return reader.take({"trigger"}) && reader.takeAnyName() && reader.skipTo("on") &&
           reader.takeName(object.schema, object.table);
}

bool isPartition(Reader reader, const NativeObject& object) {
    if (!reader.take({"create"})) return false;
    reader.take({"foreign"});
    return reader.take({"table"}) && reader.takeName(object.schema, object.name) &&
           reader.take({"partition", "of"}) && !reader.holds("as");
}

/// Whether the first statement of an object's text makes such an object.
bool makes(const NativeObject& object, const SqlStatement& statement) {
    const std::string& type = object.type;
    Reader reader(statement);
    if (type == "extension") return reader.take({"create", "extension"});
    if (type == "schema") return reader.take({"create", "schema"}) && reader.takeAnyName() && reader.atEnd();
    if (type == "enum" || type == "composite type" || type == "range")
        return reader.take({"create", "type"}) && reader.takeName(object.schema, object.name);
    if (type == "domain")
        return reader.take({"create", "domain"}) && reader.takeName(object.schema, object.name);
    if (type == "sequence")
        return reader.take({"create", "sequence"}) && reader.takeName(object.schema, object.name);
    if (type == "sequence owner")
        return reader.take({"alter", "sequence"}) && reader.takeName(object.schema, object.name) &&
               reader.take({"owned", "by"});
    if (type == "partition") return isPartition(reader, object);
    if (type == "foreign table")
        return reader.take({"create", "foreign", "table"}) && reader.takeName(object.schema, object.name);
    if (type == "constraint" || type == "foreign key" || type == "exclusion constraint")
        return altersTable(statement, object.schema, object.table, {"add", "constraint"});
    if (type == "view") return reader.take({"create", "view"}) && reader.takeName(object.schema, object.name);
    if (type == "materialized view")
        return reader.take({"create", "materialized", "view"}) &&
               reader.takeName(object.schema, object.name) && reader.skipTo("with") && reader.skipTo("no") &&
               reader.take({"data"}) && reader.atEnd();
    if (type == "index") return isIndex(reader, object.schema, object.table);
    if (type == "aggregate") return reader.take({"create", "aggregate"});
    if (type == "statistics") return reader.take({"create", "statistics"});
    if (type == "rule") return reader.take({"create", "rule"});
    if (type == "trigger") return isTrigger(reader, object);
    if (type == "row security")
        return altersTable(statement, object.schema, object.table, {"enable", "row", "level", "security"});
    if (type == "policy")
        return reader.take({"create", "policy"}) && reader.takeAnyName() && reader.take({"on"}) &&
               reader.takeName(object.schema, object.table);
    return false;
}

/// "SELECT pg_catalog.setval('"public"."s"', 5, true)" of this very sequence.
bool setsValue(const NativeObject& object, std::string_view sql) {
    const std::string head = "SELECT pg_catalog.setval(" +
                             quoteLiteral(quoteQualified(serverSchema(object.schema), object.name)) + ", ";
    if (!sql.starts_with(head)) return false;
    sql.remove_prefix(head.size());
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(sql.data(), sql.data() + sql.size(), value);
    sql.remove_prefix(static_cast<std::size_t>(end - sql.data()));
    return error == std::errc{} && (sql == ", true)" || sql == ", false)");
}

/// Whether a statement that follows the first one belongs to it, as the source writes them.
bool completes(const NativeObject& object, const SqlStatement& statement) {
    if (object.type == "sequence") return setsValue(object, statement.text);
    if (object.type == "partition")
        return altersTable(statement, object.schema, object.name, {"alter", "column"}) &&
               Reader(statement).holds("default");
    if (object.type == "trigger")
        return altersTable(statement, object.schema, object.table, {"disable", "trigger"}) ||
               altersTable(statement, object.schema, object.table, {"enable", "always", "trigger"}) ||
               altersTable(statement, object.schema, object.table, {"enable", "replica", "trigger"});
    if (object.type == "row security")
        return altersTable(statement, object.schema, object.table, {"force", "row", "level", "security"});
    return false;
}

Error refusal(const std::string& object, const std::string& why) {
    return Error("the archive's definition of " + object + " is not run: " + why,
                 "the archive may have been tampered with; leave the object out, or make it by hand");
}

/// A function's body may hold statements of its own; the server takes the text as one, or not at all.
bool makesRoutine(const NativeObject& object) {
    const std::string_view kind = object.type;
    std::string_view sql = object.sql;
    const auto take = [&sql](std::string_view word) {
        if (!sql.starts_with(word) || !sql.substr(word.size()).starts_with(' ')) return false;
        sql.remove_prefix(word.size() + 1);
        return true;
    };
    if (!take("CREATE")) return false;
    if (take("OR") && !take("REPLACE")) return false;
    return take(kind == "procedure" ? "PROCEDURE" : "FUNCTION");
}

/// The server writes an index of a partitioned table with ON ONLY, which would leave out its partitions.
std::string withPartitions(const std::string& createIndex) {
    constexpr std::string_view only = " ON ONLY ";
    bool quoted = false;
    for (std::size_t i = 0; i < createIndex.size(); ++i) {
        if (createIndex[i] == '"') quoted = !quoted;
        if (!quoted && std::string_view(createIndex).substr(i).starts_with(only))
            return createIndex.substr(0, i) + " ON " + createIndex.substr(i + only.size());
    }
    return createIndex;
}

SqlStatement onlyStatement(const std::string& sql, const std::string& shown) {
    std::vector<SqlStatement> statements;
    try {
        statements = splitStatements(sql);
    } catch (const Error& error) {
        throw refusal(shown, error.what());
    }
    if (statements.size() != 1) throw refusal(shown, "it is not one statement");
    return std::move(statements.front());
}

}  // namespace

std::string shownObject(const NativeObject& object) {
    const std::string name =
        object.schema.empty() || object.type == "schema" ? object.name : object.schema + "." + object.name;
    std::string shown = object.type + " '" + storage::shownName(name) + "'";
    if (!object.table.empty() && object.table != object.name)
        shown += " of table '" + storage::shownName(object.table) + "'";
    return shown;
}

std::vector<std::string> statementsFor(const NativeObject& object) {
    const std::string shown = shownObject(object);
    if (object.type == "function" || object.type == "procedure") {
        if (!makesRoutine(object)) throw refusal(shown, "it does not begin with CREATE " + object.type);
        return {object.sql};
    }
    std::vector<SqlStatement> statements;
    try {
        statements = splitStatements(object.sql);
    } catch (const Error& error) {
        throw refusal(shown, error.what());
    }
    if (statements.empty() || !makes(object, statements.front()))
        throw refusal(shown, "its text is no definition of one");
    std::vector<std::string> texts;
    for (const SqlStatement& statement : statements) {
        if (&statement != statements.data() && !completes(object, statement))
            throw refusal(shown, "it holds another statement");
        texts.push_back(object.type == "index" ? withPartitions(statement.text) : statement.text);
    }
    return texts;
}

std::string createTableStatement(const Table& table) {
    const std::string shown = "table '" + storage::shownName(table.qualifiedName()) + "'";
    const SqlStatement statement = onlyStatement(table.nativeSql, shown);
    if (!isTable(Reader(statement), table.schema, table.name))
        throw refusal(shown, "its text is no CREATE TABLE of it");
    return statement.text;
}

std::string createIndexStatement(const Table& table, const Index& index) {
    const std::string shown = "index '" + storage::shownName(index.name) + "'";
    const SqlStatement statement = onlyStatement(index.nativeSql, shown);
    if (!isIndex(Reader(statement), table.schema, table.name))
        throw refusal(shown, "its text is no CREATE INDEX on table '" +
                                 storage::shownName(table.qualifiedName()) + "'");
    return withPartitions(statement.text);
}

}  // namespace roost::sql::postgresql
