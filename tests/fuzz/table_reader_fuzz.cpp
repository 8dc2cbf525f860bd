// Any bytes as the documents of an archive: a table in columns of every type, its fields, the metadata and
// the schema. What can be read must be read the same wherever its pieces end, and come back from what the
// encoder makes of it.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "lib/archive/field_scan.hpp"
#include "lib/archive/metadata_reader.hpp"
#include "lib/archive/record_encoder.hpp"
#include "lib/archive/schema_reader.hpp"
#include "lib/archive/table_reader.hpp"
#include "roost/error.hpp"

namespace {

using namespace roost;
using namespace roost::archive;

struct Reading {
    std::vector<BatchPtr> batches;
    std::string failure;
};

Table everyColumn() {
    Table table;
    table.name = "t";
    for (const char* type :
         {"boolean", "int64", "float32", "float64", "decimal", "text", "bytes", "uuid", "date", "time",
          "timestamp", "timestamptz", "interval", "json", "array(int32)", "array(text)", "enum"}) {
        Column column;
        column.name = std::string(1, static_cast<char>('a' + static_cast<int>(table.columns.size())));
        column.type = parseLogicalType(type);
        column.spelling = table.columns.size() % 2 == 0 ? "YYYY-MM-DD HH:MM:SS" : "YYYY-MM-DD HH:MM:SS+hh:mm";
        table.columns.push_back(column);
    }
    return table;
}

/// Calls `feed` with pieces of that size, each in memory of its own.
template <class Reader>
void feedPieces(Reader& reader, std::string_view json, std::size_t size) {
    for (std::size_t at = 0; at < json.size(); at += size) {
        const std::string_view piece = json.substr(at, size);
        reader.feed(std::vector<char>(piece.begin(), piece.end()));
    }
}

Reading read(const Table& table, std::string_view dialect, std::string_view json, std::size_t piece) {
    Reading reading;
    TableReaderOptions options;
    options.missingIsNull = true;
    options.ignoredKeys = {"z"};
    TableReader reader(table, dialect, "t.json", options);
    try {
        feedPieces(reader, json, piece);
        reader.finish();
    } catch (const Error& error) {
        reading.failure = error.what();
    }
    while (BatchPtr batch = reader.takeBatch()) reading.batches.push_back(batch);
    return reading;
}

std::string write(const Table& table, const Reading& reading) {
    std::string text;
    TextBuffer out(TextBuffer::mostRoom, [&text](std::string_view piece) { text += piece; });
    RecordEncoder encoder(table);
    bool first = true;
    for (const BatchPtr& batch : reading.batches)
        for (std::size_t i = 0; i < batch->rows(); ++i) {
            out.append(first ? "[" : ",");
            first = false;
            encoder.append(batch->row(i), out);
        }
    out.append(first ? "[]" : "]");
    out.flush();
    return text;
}

template <class Call>
void expectOnlyErrors(Call call) {
    try {
        call();
    } catch (const Error&) {
        // Refused with a sentence, as it should be.
    }
}

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view json(reinterpret_cast<const char*>(data), size);
    static const Table table = everyColumn();
    const std::size_t piece = size == 0 ? 1 : data[size / 2] % 16U + 1;
    for (const char* dialect : {"sqlite", "postgresql"}) {
        const Reading whole = read(table, dialect, json, size + 1);
        const Reading cut = read(table, dialect, json, piece);
        require(whole.failure.empty() == cut.failure.empty());
        if (!whole.failure.empty()) continue;
        const std::string written = write(table, whole);
        require(written == write(table, cut));
        const Reading again = read(table, dialect, written, piece);
        require(again.failure.empty());
        require(write(table, again) == written);
    }
    expectOnlyErrors([&] {
        FieldScan scan("t.json", 20);
        feedPieces(scan, json, piece);
        static_cast<void>(scan.finish());
    });
    expectOnlyErrors([&] {
        MetadataReader metadata;
        feedPieces(metadata, json, piece);
        static_cast<void>(metadata.finish());
    });
    expectOnlyErrors([&] { static_cast<void>(readSchema(json)); });
    return 0;
}
