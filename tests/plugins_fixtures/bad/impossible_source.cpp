// A source whose items do not fit its catalog, in the way that it is told.
#include <string>
#include <thread>
#include <vector>

#include "roost/plugin.hpp"

namespace {

using namespace roost;

class ThreeBytes final : public ByteReader {
public:
    std::size_t read(std::span<std::byte> buffer) override {
        const std::size_t count = std::min<std::size_t>(buffer.size(), left_);
        left_ -= count;
        std::fill_n(buffer.begin(), count, std::byte{'x'});
        return count;
    }

private:
    std::size_t left_ = 3;
};

class ImpossibleSource final : public Source {
public:
    enum class Way {
        none,
        wrongIds,
        wrongTable,
        wrongColumns,
        noBatch,
        rowsAfterEnd,
        wrongCount,
        tableTwice,
        tableMissing,
        neverClosed,
        fileInTable,
        unsafePath,
        noContent,
        tooManyBytes,
        unstable,
        resumes,
        hoards,
        wordless,
        pathTwice,
        folderTwice,
        fileAndFolder,
        fileInFile,
        unknownKind,
        unsafeKind,
        noOwner,
        folderWithSize,
        folderWithContent,
        tableAfterFile,
        noneCame,
        fewerCame
    };
    struct Options {
        Location url;
        Way way = Way::none;
        std::uint64_t batches = 1;
    };

    static PluginInfo info() {
        return {
            "impossible", "1.0", "Items that do not fit its catalog, for tests", "database", {"impossible"}};
    }
    static const OptionTable<Options>& options() {
        static const auto table =
            OptionTable<Options>()
                .url(&Options::url, "Says nothing more than its scheme.")
                .example("impossible:x")
                .choice("way", &Options::way,
                        {"none",
                         "wrong-ids",
                         "wrong-table",
                         "wrong-columns",
                         "no-batch",
                         "rows-after-end",
                         "wrong-count",
                         "table-twice",
                         "table-missing",
                         "never-closed",
                         "file-in-table",
                         "unsafe-path",
                         "no-content",
                         "too-many-bytes",
                         "unstable",
                         "resumes",
                         "hoards",
                         "wordless",
                         "path-twice",
                         "folder-twice",
                         "file-and-folder",
                         "file-in-file",
                         "unknown-kind",
                         "unsafe-kind",
                         "no-owner",
                         "folder-with-size",
                         "folder-with-content",
                         "table-after-file",
                         "none-came",
                         "fewer-came"},
                        "What is wrong.")
                .integer("batches", &Options::batches, "Batches of a MiB, of the first table.")
                .range(1, 100'000);
        return table;
    }

    explicit ImpossibleSource(Options options) : options_(std::move(options)) {}

    Catalog catalog(Context& context) override {
        context_ = &context;
        Catalog catalog;
        catalog.dialect = "impossible";
        for (const char* name : {"one", "two"}) {
            Table table;
            table.id = static_cast<TableId>(catalog.tables.size()) + (is(Way::wrongIds) ? 5 : 0);
            table.name = name;
            table.columns = {{.name = "a", .type = {.kind = TypeKind::int64}},
                             {.name = "b", .type = {.kind = TypeKind::text}}};
            catalog.tables.push_back(std::move(table));
        }
        catalog.entryKinds.push_back({"documents", is(Way::fewerCame) ? 7U : 1U, 0, 3, 1});
        plan();
        return catalog;
    }

    bool next(Item& item) override {
        if (is(Way::wordless)) throw std::runtime_error("");
        if (context_->stopToken().stop_requested()) throw Interrupted();
        if (step_ == steps_.size()) {
            if (is(Way::resumes)) step_ = 0;
            return false;
        }
        item = make(steps_[step_++]);
        return true;
    }

private:
    enum class Kind { begin, rows, end, file, folder };
    struct Step {
        Kind kind;
        TableId table = 0;
        std::size_t columns = 2;
        std::uint64_t count = 2;
        std::string path = "a.txt";
    };

    [[nodiscard]] bool is(Way way) const { return options_.way == way; }

    void plan() {
        for (TableId table = 0; table < 2; ++table) {
            if (table == 1 && is(Way::tableMissing)) continue;
            if (table == 1 && is(Way::tableAfterFile)) steps_.push_back({Kind::file});
            steps_.push_back({Kind::begin, table});
            const std::uint64_t batches = table == 0 ? options_.batches : 1;
            for (std::uint64_t i = 0; i < batches; ++i)
                steps_.push_back(
                    {Kind::rows, table, is(Way::wrongColumns) ? std::size_t{3} : std::size_t{2}});
            if (table == 0 && is(Way::wrongTable)) steps_.back().table = 1;
            if (table == 0 && is(Way::fileInTable)) steps_.push_back({Kind::file});
            if (table == 1 && is(Way::neverClosed)) return;
            steps_.push_back({Kind::end, table, 2, 2 * batches + (is(Way::wrongCount) ? 1U : 0U)});
            if (table == 0 && is(Way::rowsAfterEnd)) steps_.push_back({Kind::rows, table});
            if (table == 0 && is(Way::tableTwice)) steps_.push_back({Kind::begin, table});
        }
        if (!is(Way::noneCame) && !is(Way::tableAfterFile)) steps_.push_back({Kind::file});
        planSecond();
    }

    /// What excludes the first file, with another one between them.
    void planSecond() {
        if (is(Way::pathTwice) || is(Way::fileAndFolder) || is(Way::fileInFile)) {
            steps_.push_back({Kind::file, 0, 0, 0, "b.txt"});
            steps_.push_back({is(Way::fileAndFolder) ? Kind::folder : Kind::file, 0, 0, 0,
                              is(Way::fileInFile) ? "a.txt/inside" : "a.txt"});
        }
        const bool folder = is(Way::folderWithSize) || is(Way::folderWithContent) || is(Way::folderTwice);
        for (int i = 0; i < (is(Way::folderTwice) ? 2 : 1) && folder; ++i)
            steps_.push_back({Kind::folder, 0, 0, 0, ""});
    }

    Item make(const Step& step) {
        switch (step.kind) {
            case Kind::begin:
                return TableBegin{step.table};
            case Kind::rows:
                return rows(step);
            case Kind::end:
                return TableEnd{step.table, step.count};
            case Kind::folder:
                return folder(step);
            case Kind::file:
                break;
        }
        Entry entry;
        entry.kind = is(Way::unknownKind) ? "letters" : is(Way::unsafeKind) ? "../documents" : "documents";
        entry.owner = is(Way::noOwner) ? "" : "alice";
        entry.path = is(Way::unsafePath) ? "../../etc/passwd" : step.path;
        entry.size = is(Way::tooManyBytes) ? 2 : 3;
        if (!is(Way::noContent)) entry.content = std::make_unique<ThreeBytes>();
        return entry;
    }

    [[nodiscard]] Item folder(const Step& step) const {
        Entry entry;
        entry.type = EntryType::folder;
        entry.kind = "documents";
        entry.owner = "alice";
        entry.path = step.path;
        if (is(Way::folderWithSize)) entry.size = 4096;
        if (is(Way::folderWithContent)) entry.content = std::make_unique<ThreeBytes>();
        return entry;
    }

    BatchPtr rows(const Step& step) {
        if (is(Way::noBatch)) return nullptr;
        auto batch = std::make_shared<Batch>(step.table, step.columns);
        const std::size_t size = options_.batches > 1 ? Batch::targetBytes / 2 : 4;
        for (int i = 0; i < 2; ++i) {
            const std::string_view text = batch->store(std::string(size, 'x'));
            const auto cells = batch->addRow();
            const auto moving = std::chrono::steady_clock::now().time_since_epoch().count();
            cells[0] = Cell::integer(is(Way::unstable) ? moving : i);
            cells[1] = Cell::view(CellKind::text, text);
        }
        if (is(Way::hoards)) hoard_.push_back(batch);
        return batch;
    }

    Options options_;
    Context* context_ = nullptr;
    std::vector<Step> steps_;
    std::size_t step_ = 0;
    std::vector<BatchPtr> hoard_;
};

}  // namespace

ROOST_PLUGIN(ImpossibleSource)
