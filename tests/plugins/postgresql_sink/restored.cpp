#include "plugins/postgresql_sink/restored.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>

#include "sources/postgresql/postgresql_source.hpp"

namespace roost::test {

namespace {

using postgresql::PostgresqlSink;
using testing::RecordingContext;

/// Ends a sink's life as the engine does.
class Run {
public:
    Run(const SinkOptions& options, bool dryRun) : sink_(options) { context_.dry = dryRun; }

    Restored run(const Catalog& catalog, const std::function<void(Sink&)>& feed) {
        Restored restored;
        restored.acceptance = sink_.accept(catalog, context_);
        std::string refusals;
        for (const std::string& refusal : restored.acceptance.refusals)
            refusals += (refusals.empty() ? "" : "\n") + refusal;
        if (!refusals.empty()) throw Error(refusals);
        if (context_.dry && !restored.acceptance.rehearses) return restored;
        try {
            sink_.begin(catalog, context_);
            feed(sink_);
            sink_.prepare();
            if (!context_.dry) sink_.commit();
        } catch (...) {
            sink_.abort();
            throw;
        }
        if (context_.dry) sink_.abort();
        restored.warnings = context_.warnings;
        restored.asides = context_.asides;
        restored.journal = context_.journalRecords;
        restored.summary = sink_.summary();
        return restored;
    }

    [[nodiscard]] RecordingContext& context() noexcept { return context_; }

private:
    RecordingContext context_;
    PostgresqlSink sink_;
};

void give(Sink& sink, Item item) { sink.write(item); }

}  // namespace

SinkOptions into(const std::string& url) {
    SinkOptions options;
    options.url = Location::parse(url);
    return options;
}

SinkOptions into(const ScratchDatabase& database) { return into(database.url()); }

Table& Content::add(const std::string& name, const std::vector<std::pair<std::string, std::string>>& columns,
                    std::vector<Row> tableRows) {
    Table& table = catalog.tables.emplace_back();
    table.id = static_cast<TableId>(catalog.tables.size() - 1);
    table.name = name;
    for (const auto& [column, type] : columns) {
        Column& added = table.columns.emplace_back();
        added.name = column;
        added.type = parseLogicalType(type);
    }
    rows.push_back(std::move(tableRows));
    return table;
}

bool Restored::warned(const std::string& part) const {
    if (std::ranges::any_of(acceptance.losses,
                            [&](const Loss& loss) { return loss.text().find(part) != std::string::npos; }))
        return true;
    for (const auto* list : {&warnings, &acceptance.warnings})
        for (const std::string& warning : *list)
            if (warning.find(part) != std::string::npos) return true;
    return false;
}

Restored restore(const Content& content, const SinkOptions& options, bool dryRun) {
    return Run(options, dryRun).run(content.catalog, [&](Sink& sink) {
        for (std::size_t t = 0; t < content.catalog.tables.size(); ++t) {
            const TableId id = content.catalog.tables[t].id;
            give(sink, TableBegin{id});
            auto batch = std::make_shared<Batch>(id, content.catalog.tables[t].columns.size());
            for (const Content::Row& row : content.rows[t]) std::ranges::copy(row, batch->addRow().begin());
            if (!batch->empty()) give(sink, BatchPtr(std::move(batch)));
            give(sink, TableEnd{id, content.rows[t].size()});
        }
    });
}

Restored copyDatabase(const ScratchDatabase& from, const SinkOptions& options, bool dryRun) {
    Run run(options, dryRun);
    postgresql::PostgresqlSource::Options sourceOptions;
    sourceOptions.url = Location::parse(from.url());
    postgresql::PostgresqlSource source(sourceOptions);
    const Catalog catalog = source.catalog(run.context());
    return run.run(catalog, [&](Sink& sink) {
        for (Item item; source.next(item);) sink.write(item);
    });
}

std::string failureOf(const Content& content, const SinkOptions& options) {
    try {
        static_cast<void>(restore(content, options));
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

std::string dump(const ScratchDatabase& database, const std::string& arguments) {
    const TestServer& server = TestServer::get();
    const std::string command = "pg_dump --no-owner --no-privileges " + arguments + " -h '" +
                                server.socketFolder + "' -p " + server.port + " -U " + server.user + " " +
                                database.name() + " | grep -vE '^(\\\\(un)?restrict |--|$)'";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
    if (!pipe) throw std::runtime_error("no pg_dump");
    std::string text;
    std::array<char, 65536> buffer{};
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
        text.append(buffer.data(), size);
    if (text.empty()) throw std::runtime_error("pg_dump gave nothing");
    return text;
}

std::string table(const ScratchDatabase& database, const std::string& query) {
    std::string text;
    for (const auto& row : Session(database.name()).rows(query)) {
        if (!text.empty()) text += "\n";
        for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : "|") + row[i];
    }
    return text;
}

}  // namespace roost::test
