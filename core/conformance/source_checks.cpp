// What is asked of a source, with the data that the user's settings lead to.
#include <algorithm>
#include <map>
#include <set>
#include <thread>

#include "conformance/collecting_sink.hpp"
#include "conformance/contracts.hpp"
#include "conformance/host_stage.hpp"
#include "pipeline/item_check.hpp"

namespace roost::conformance {

namespace {

/// The source's data in a collecting sink.
Ran collect(Bench& bench, Collected& collected, RunRequest request = {}) {
    const HostStage sink([&] { return std::make_unique<CollectingSink>(collected); });
    request.sources = {bench.stage()};
    request.sinks = {sink.stage()};
    return bench.run(request);
}

void requireContent(const Collected& collected) {
    if (collected.rows.empty() && collected.files + collected.folders == 0)
        throw NotApplicable("the source is empty: let its settings lead to data");
}

/// The source alone, for calls that no run makes.
class Alone {
public:
    explicit Alone(Bench& bench, bool dryRun = false)
        : environment_(bench.environment(dryRun)),
          context_(*environment_, PluginKind::source, "plugin", "the plugin"),
          source_(bench.factory().makeSource(bench.stage().settings)) {
        require(source_ != nullptr, "it made no source");
        catalog_ = source_->catalog(context_);
    }
    [[nodiscard]] Source& source() { return *source_; }
    [[nodiscard]] const Catalog& catalog() const { return catalog_; }

private:
    std::unique_ptr<RunEnvironment> environment_;
    StageContext context_;
    std::unique_ptr<Source> source_;
    Catalog catalog_;
};

void checkCatalog(Bench& bench) {
    Alone alone(bench);
    const Catalog& catalog = alone.catalog();
    requireSound(catalog);
    for (std::size_t i = 0; i < catalog.tables.size(); ++i)
        require(catalog.tables[i].id == i, "table " + catalog.tables[i].qualifiedName() + " has number " +
                                               std::to_string(catalog.tables[i].id) + " at position " +
                                               std::to_string(i));
}

void checkItems(Bench& bench) {
    Collected collected;
    requireDone(collect(bench, collected));
    requireContent(collected);
    std::set<std::string> kinds;
    for (const EntryKindTotals& kind : collected.catalog.entryKinds) kinds.insert(kind.kind);
    require(collected.files + collected.folders == 0 || !kinds.empty(),
            "it gives files, and its catalog knows no kind");
}

void checkCounts(Bench& bench) {
    Collected dry;
    RunRequest request;
    request.dryRun = true;
    requireDone(collect(bench, dry, request));
    requireContent(dry);
    for (const Table& table : dry.catalog.tables)
        require(table.rows == dry.rows[table.qualifiedName()],
                "in a dry run its catalog says " + std::to_string(table.rows) + " rows of table " +
                    table.qualifiedName() + ", and " + std::to_string(dry.rows[table.qualifiedName()]) +
                    " came");
    EntryKindTotals all;
    for (const EntryKindTotals& kind : dry.catalog.entryKinds) {
        all.files += kind.files;
        all.folders += kind.folders;
        all.bytes += kind.bytes;
    }
    const auto same = [](const std::string& what, std::uint64_t told, std::uint64_t came) {
        require(told == came, "in a dry run its catalog says " + std::to_string(told) + " " + what +
                                  ", and " + std::to_string(came) + " came");
    };
    same("files", all.files, dry.files);
    same("folders", all.folders, dry.folders);
    same("bytes of files", all.bytes, dry.bytes);
}

void checkEnd(Bench& bench) {
    Alone alone(bench);
    for (Item item; alone.source().next(item);) {
    }
    for (int i = 0; i < 3; ++i) {
        Item item;
        require(!alone.source().next(item), "next() gave an item after it had said that there are no more");
    }
}

void checkRepeatable(Bench& bench) {
    Collected first;
    Collected second;
    requireDone(collect(bench, first));
    requireContent(first);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // a clock in the data would show
    requireDone(collect(bench, second));
    require(first.rows == second.rows && first.files == second.files,
            "two runs gave different numbers of rows or files");
    require(first.digest == second.digest,
            "two runs gave the same rows and files with other values, or in another order");
}

void checkLeftUnread(Bench& bench) {
    { Alone catalogOnly(bench, true); }
    Alone alone(bench);
    ItemCheck check(alone.catalog());
    Item item;
    while (alone.source().next(item)) check.check(item);  // not a byte of any file is read
    check.finish();
    Alone half(bench);
    for (int i = 0; i < 2 && half.source().next(item); ++i) {
    }
}

std::map<std::string, std::string> digests(Alone& alone) {
    std::map<std::string, ValueDigest> all;
    for (Item item; alone.source().next(item);)
        if (const auto* batch = std::get_if<BatchPtr>(&item)) {
            ValueDigest& digest = all[alone.catalog().find((*batch)->table())->qualifiedName()];
            for (std::size_t i = 0; i < (*batch)->rows(); ++i)
                for (const Cell& cell : (*batch)->row(i)) digest.add(cell);
        }
    std::map<std::string, std::string> hex;
    for (auto& [name, digest] : all) hex[name] = digest.hex();
    return hex;
}

void checkReread(Bench& bench) {
    Alone alone(bench);
    if (alone.source().rowAccess() == RowAccess::once)
        throw NotApplicable("it says that its rows can be read once");
    std::vector<TableRead> reads;
    for (const Table& table : alone.catalog().tables) {
        reads.push_back({table.id, {}, RowCondition::everything()});
        for (const Column& column : table.columns) reads.back().columns.push_back(column.name);
    }
    if (reads.empty()) throw NotApplicable("it has no tables");
    std::map<std::string, ValueDigest> again;
    alone.source().reread(reads, [&](std::size_t read, const Batch& rows) {
        require(rows.columns() == reads.at(read).columns.size(),
                "reread() gave rows of a wrong number of columns");
        ValueDigest& digest = again[alone.catalog().find(reads[read].table)->qualifiedName()];
        for (std::size_t i = 0; i < rows.rows(); ++i)
            for (const Cell& cell : rows.row(i)) digest.add(cell);
    });
    const auto given = digests(alone);
    for (const auto& [name, digest] : given)
        require(again.contains(name) && again[name].hex() == digest,
                "reread() gave other rows of table " + name + " than next()");
}

void checkRestrict(Bench& bench) {
    Alone alone(bench);
    if (alone.source().rowAccess() != RowAccess::chosen) throw NotApplicable("it knows no conditions");
    if (alone.catalog().tables.empty()) throw NotApplicable("it has no tables");
    const Table& table = alone.catalog().tables.front();
    static_cast<void>(alone.source().restrict(table.id, RowCondition::nothing()));
    for (Item item; alone.source().next(item);)
        if (const auto* batch = std::get_if<BatchPtr>(&item))
            require((*batch)->table() != table.id || (*batch)->empty(),
                    "rows of table " + table.qualifiedName() + " came, which restrict() left out");
}

void checkInterruption(Bench& bench) {
    Collected early;
    RunRequest request;
    request.before = [](const std::stop_source& stop) { std::stop_source(stop).request_stop(); };
    const Ran stopped = collect(bench, early, request);
    require(stopped.code == ExitCode::interrupted,
            "a run that was stopped before it began came out as: " + stopped.message);
    Collected collected;
    std::stop_source source{std::nostopstate};
    request.before = [&](std::stop_source stop) { source = std::move(stop); };
    collected.onItem = [&] { source.request_stop(); };
    const Ran ran = collect(bench, collected, request);
    if (collected.rows.empty() && collected.files + collected.folders == 0 && ran.code == ExitCode::done)
        throw NotApplicable("the source is empty: let its settings lead to data");
    require(ran.code == ExitCode::interrupted,
            "a run that was stopped at its first item came out as: " + ran.message);
}

/// A url of the same kind that leads nowhere: to another host, or whatever stands behind "//", where there is
/// one.
std::string nowhere(const std::string& url, const std::filesystem::path& folder) {
    constexpr std::string_view name = "there-is-nothing-here";
    const std::size_t colon = url.find(':');
    const std::string scheme = url.substr(0, colon);
    const bool named = colon != url.npos && url.compare(colon, 3, "://") == 0 && url.size() > colon + 3 &&
                       url[colon + 3] != '/';
    if (named) return scheme + "://" + std::string(name) + "/" + std::string(name);
    return scheme + ":" + (folder / name).string();
}

void checkMissing(Bench& bench) {
    const Node* url = bench.options().find("url");
    if (url == nullptr || !url->isScalar()) throw NotApplicable("it has no url that could lead nowhere");
    Node options = bench.options();
    for (auto& [key, value] : options.members)
        if (key.scalar == "url") value.scalar = nowhere(url->scalar, bench.folder());
    Collected collected;
    const HostStage sink([&] { return std::make_unique<CollectingSink>(collected); });
    RunRequest request;
    request.sources = {bench.stage(options)};
    request.sinks = {sink.stage()};
    const Ran ran = bench.run(request);
    if (ran.code == ExitCode::done) throw NotApplicable("it takes a url that leads nowhere");
    requireFailed(ran, "");
}

void checkMemory(Bench& bench) {
    if (!canMeasureMemory()) throw NotApplicable("a sanitizer keeps what was freed");
    Collected warm;
    MemoryMeter meter;
    requireDone(collect(bench, warm));
    const std::uint64_t moved = warm.bytes + warm.rowBytes;
    requireBounded(meter, moved);
    if (moved < memoryLimit)
        throw NotApplicable("its data has " + mebibytes(moved) + "; more than " + mebibytes(memoryLimit) +
                            " would tell");
}

}  // namespace

std::vector<Check> sourceChecks() {
    return {
        {"catalog", "the catalog names only what it has, and numbers its tables by their positions",
         checkCatalog},
        {"items", "tables come once each, in whole, and their rows fit the catalog", checkItems},
        {"counts", "a dry run counts exactly", checkCounts},
        {"end", "the end stays the end", checkEnd},
        {"repeatable", "the same data is given the same way again", checkRepeatable},
        {"left-unread", "files may be passed over, and it may be given up at any moment", checkLeftUnread},
        {"reread", "reread() gives what next() gives", checkReread},
        {"restrict", "restrict() leaves out what it was told to", checkRestrict},
        {"interruption", "a stop request ends it soon", checkInterruption},
        {"missing", "data that is not there is an error that says so", checkMissing},
        {"memory", "memory stays bounded, however much there is", checkMemory}};
}

}  // namespace roost::conformance
