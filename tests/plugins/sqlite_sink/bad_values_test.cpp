// Values and rows that the target cannot hold, by policy; and the check after the load.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "lib/sql/sqlite/value_fields.hpp"
#include "plugins/sqlite_sink/sink_test_support.hpp"

using namespace roost;
using namespace roost::sqlite;
using namespace roost::sqlite::testing;
using roost::testing::RecordingContext;
using sql::OnBadValue;

namespace {

Cell text(std::string_view value) { return Cell::view(CellKind::text, value); }

constexpr const char* application =
    "CREATE TABLE t(id INTEGER PRIMARY KEY, n NUMERIC, name TEXT UNIQUE, must TEXT NOT NULL, "
    "CHECK (name <> 'never')); INSERT INTO t VALUES (77, 7, 'old', 'x')";

/// Six rows, of which 2 has a text in n that would become another number, 3 a name that is forbidden, 4 no
/// `must`, 5 a name that is taken.
Content rows() {
    Content content;
    content.catalog.dialect = "sqlite";
    content.table("t", {{"id", "int64"}, {"n", "text"}, {"name", "text"}, {"must", "text"}});
    content.rows = {{{Cell::integer(1), Cell::integer(1), text("a"), text("m")},
                     {Cell::integer(2), text("00123"), text("b"), text("m")},
                     {Cell::integer(3), Cell::integer(3), text("never"), text("m")},
                     {Cell::integer(4), Cell::integer(4), text("d"), Cell::null()},
                     {Cell::integer(5), Cell::integer(5), text("a"), text("m")},
                     {Cell::integer(6), Cell::integer(6), text("f"), text("m")}}};
    return content;
}

std::string linesOf(const std::string& file) {
    std::ifstream stream(file);
    std::ostringstream content;
    content << stream.rdbuf();
    return content.str();
}

}  // namespace

TEST_CASE("fail names all values and rows that do not fit, and changes nothing") {
    const Folder folder;
    const std::string target = folder.file("a.db");
    make(target, application);
    RecordingContext context;
    CHECK(move(rows(), sinkOptions(target), context) ==
          "4 values do not fit the target:\n"
          "  table t: 3 rows\n"
          "    id = 3: CHECK constraint failed: name <> 'never'\n"
          "    id = 4: NOT NULL constraint failed: t.must\n"
          "    id = 5: UNIQUE constraint failed: t.name\n"
          "  table t, column 'n': 1 value\n"
          "    id = 2: column 'n' cannot hold '00123': the column would turn the text into another number | "
          "change them at their source, or the types in the target, or let 'on-bad-value' decide");
    CHECK(query(target, "SELECT id FROM t") == "77");
    CHECK(context.warnings.size() == 4);
}

TEST_CASE("reject-file leaves such rows out, in a file, and loads the others") {
    const Folder folder;
    const std::string target = folder.file("a.db");
    make(target, application);
    SqliteSink::Options options = sinkOptions(target);
    options.onBadValue = OnBadValue::rejectFile;
    options.rejectFile = folder.file("rejected.jsonl");
    RecordingContext context;
    CHECK(move(rows(), options, context).empty());
    CHECK(query(target, "SELECT id || n || name FROM t ORDER BY id") == "11a 66f");
    CHECK(
        linesOf(options.rejectFile) ==
        R"~({"table":"t","key":{"id":2},"column":"n","value":"00123","reason":"the column would turn the text into another number","row":{"id":2,"n":"00123","name":"b","must":"m"}}
{"table":"t","key":{"id":3},"column":null,"value":null,"reason":"CHECK constraint failed: name <> 'never'","row":{"id":3,"n":{"$integer":"3"},"name":"never","must":"m"}}
{"table":"t","key":{"id":4},"column":null,"value":null,"reason":"NOT NULL constraint failed: t.must","row":{"id":4,"n":{"$integer":"4"},"name":"d","must":null}}
{"table":"t","key":{"id":5},"column":null,"value":null,"reason":"UNIQUE constraint failed: t.name","row":{"id":5,"n":{"$integer":"5"},"name":"a","must":"m"}}
)~");
    struct stat info {};
    REQUIRE(::stat(options.rejectFile.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    CHECK(context.asides.size() == 4);
    CHECK(move(rows(), options, context) ==
          "the file for rejected rows, '" + options.rejectFile + "', exists already: name another one");
}

TEST_CASE("a name of the file of rejected rows that is too long is refused before anything is loaded") {
    sql::DatabaseSinkOptions options;
    options.onBadValue = OnBadValue::rejectFile;
    options.rejectFile = std::string(256, 'r');
    CHECK(sql::rejectFileRefusal(options) == "the file for rejected rows: the name '" + options.rejectFile +
                                                 "' is too long: 256 bytes, where 255 are possible; choose a "
                                                 "shorter one");
    options.onBadValue = OnBadValue::fail;
    CHECK(sql::rejectFileRefusal(options).empty());
}

TEST_CASE("a run that does not commit leaves no file of rejected rows") {
    const Folder folder;
    const std::string target = folder.file("a.db");
    make(target, application);
    SqliteSink::Options options = sinkOptions(target);
    options.onBadValue = OnBadValue::rejectFile;
    options.rejectFile = folder.file("rejected.jsonl");
    RecordingContext context;
    {
        SqliteSink sink(options);
        static_cast<void>(run(sink, rows(), context, Until::prepared));
        CHECK(std::filesystem::exists(options.rejectFile));
        sink.abort();
    }
    CHECK_FALSE(std::filesystem::exists(options.rejectFile));
    CHECK(query(target, "SELECT id FROM t") == "77");
}

TEST_CASE("null clears what does not fit where NULL may stand, and else fails") {
    const Folder folder;
    const std::string target = folder.file("a.db");
    make(target, application);
    SqliteSink::Options options = sinkOptions(target);
    options.onBadValue = OnBadValue::null;
    Content content = rows();
    content.rows[0].erase(content.rows[0].begin() + 2, content.rows[0].begin() + 5);
    RecordingContext context;
    CHECK(move(content, options, context).empty());
    CHECK(query(target, "SELECT id || ifnull(n, '-') FROM t ORDER BY id") == "11 2- 66");
    CHECK(context.asides.size() == 1);
    content.rows[0][0][0] = text("x");
    CHECK(move(content, options, context) ==
          "table t, id = 'x': column 'id' cannot hold 'x': an INTEGER PRIMARY KEY takes whole numbers only | "
          "change them at their source, or the types in the target, or let 'on-bad-value' decide");
}

TEST_CASE("a zero that loses its sign is told") {
    const Folder folder;
    const std::string target = folder.file("a.db");
    make(target, "CREATE TABLE t(id INTEGER PRIMARY KEY, r REAL, b BLOB)");
    Content content;
    content.catalog.dialect = "sqlite";
    content.table("t", {{"id", "int64"}, {"r", "float64"}, {"b", "bytes"}});
    content.rows = {{{Cell::integer(1), Cell::real(-0.0), Cell::real(-0.0)}}};
    RecordingContext context;
    CHECK(move(content, sinkOptions(target), context).empty());
    // The check after the load has compared the sign of b, which SQL cannot show.
    CHECK(query(target, "SELECT r || ' ' || typeof(r) || ' ' || typeof(b) FROM t") == "0.0 real real");
    CHECK(context.warnings ==
          std::vector<std::string>{"table 't': 1 zero that was negative has no sign any more: SQLite keeps "
                                   "none in columns of numbers"});
}

TEST_CASE("rows are verified unless triggers may change them or nobody wants it") {
    const Folder folder;
    const std::string target = folder.file("a.db");
    make(target, application);
    Content content = rows();
    content.rows[0].resize(1);
    const auto verified = [&](const SqliteSink::Options& options) {
        RecordingContext context;
        SqliteSink sink(options);
        static_cast<void>(run(sink, content, context));
        for (const auto& [name, value] : sink.summary())
            if (name == "verified") return value.substr(0, value.find(" in "));
        return std::string();
    };
    SqliteSink::Options options = sinkOptions(target);
    CHECK(verified(options) == "1 row read back and compared");
    options.triggers = sql::Triggers::fire;
    CHECK(verified(options).empty());
    options.triggers = sql::Triggers::skip;
    options.verify = false;
    CHECK(verified(options).empty());
}

TEST_CASE("a digest tells values, storage classes and rows apart") {
    const auto digestOf = [](const std::vector<std::vector<StoredValue>>& content, bool keyed) {
        sql::TableDigest digest(
            ValueFields::layout(2, keyed ? std::vector<std::size_t>{0} : std::vector<std::size_t>{}));
        ValueFields fields(2);
        for (const auto& row : content) {
            fields.set(0, row[0]);
            fields.set(1, row[1]);
            digest.add(fields.take());
        }
        return digest;
    };
    using Class = StoredValue::Class;
    const StoredValue one = StoredValue::of(std::int64_t{1});
    const StoredValue two = StoredValue::of(std::int64_t{2});
    const StoredValue a{Class::text, 0, "a"};
    const StoredValue b{Class::text, 0, "b"};
    using Places = std::vector<std::size_t>;
    for (const bool keyed : {true, false}) {
        const auto whole = digestOf({{one, a}, {two, b}}, keyed);
        CHECK(whole.differences(digestOf({{two, b}, {one, a}}, keyed)).empty());
        CHECK(whole.differences(digestOf({{StoredValue::of(1.0), a}, {two, b}}, keyed)).empty());
        CHECK(whole.differences(digestOf({{one, b}, {two, a}}, keyed)) == (keyed ? Places{1} : Places{3}));
        CHECK(whole.differences(digestOf({{one, a}, {two, StoredValue{Class::blob, 0, "b"}}}, keyed)) ==
              (keyed ? Places{2} : Places{2, 3}));
        CHECK(whole.differences(digestOf({{one, a}, {two, StoredValue{}}}, keyed)) ==
              (keyed ? Places{1, 2} : Places{1, 2, 3}));
        CHECK(digestOf({{one, StoredValue{}}}, keyed)
                  .differences(digestOf({{one, StoredValue{Class::text, 0, ""}}}, keyed)) ==
              (keyed ? Places{1, 2} : Places{1, 2, 3}));
    }
}
