// The texts of `roost new plugin`. What they do is small and whole: a project starts from something that
// works.
#include <map>

#include "cli/plugin_scaffold.hpp"
#include "roost/error.hpp"

namespace roost::cli {

namespace {

constexpr std::string_view sourceCode =
    R"code(// A roost source: each line of a text file becomes a row of the table `lines`.
#include <fstream>
#include <string>

#include "roost/plugin.hpp"

namespace {

class @CLASS@ final : public roost::Source {
public:
    struct Options {
        roost::Location url;
        bool skipEmpty = false;
    };

    static roost::PluginInfo info() {
        return {"@NAME@", "0.1", "Lines of a text file", "database", {"@NAME@"}};
    }
    static const roost::OptionTable<Options>& options() {
        static const auto table = roost::OptionTable<Options>()
                                      .url(&Options::url, "The text file.")
                                      .example("@NAME@:input.txt")
                                      .boolean("skip-empty", &Options::skipEmpty, "Leave out empty lines.");
        return table;
    }

    explicit @CLASS@(Options options) : options_(std::move(options)) {}

    roost::Catalog catalog(roost::Context& context) override {
        context_ = &context;
        roost::Table table;  // its id is its position in the catalog: 0
        table.name = "lines";
        table.columns = {{.name = "number",
                          .type = {.kind = roost::TypeKind::int64},
                          .nativeType = "bigint",
                          .nullable = false},
                         {.name = "text",
                          .type = {.kind = roost::TypeKind::text},
                          .nativeType = "text",
                          .nullable = false}};
        table.primaryKey = {"number"};
        if (context.dryRun())  // a dry run counts exactly; else an estimate will do
            for (open(); readLine(); ++table.rows) watch();
        open();
        roost::Catalog catalog;
        catalog.dialect = "@NAME@";
        catalog.tables.push_back(std::move(table));
        return catalog;
    }

    bool next(roost::Item& item) override {
        watch();
        if (step_ == Step::end) return false;
        if (step_ == Step::begin) {
            item = roost::TableBegin{0};
            step_ = Step::rows;
            return true;
        }
        auto batch = std::make_shared<roost::Batch>(0, 2);
        while (!batch->full() && readLine()) {
            const auto text = batch->store(line_);  // cells point into the batch's memory
            const auto cells = batch->addRow();
            cells[0] = roost::Cell::integer(number_);
            cells[1] = roost::Cell::view(roost::CellKind::text, text);
        }
        if (batch->empty()) {
            item = roost::TableEnd{0, rows_};
            step_ = Step::end;
        } else {
            rows_ += batch->rows();
            item = std::move(batch);
        }
        return true;
    }

private:
    enum class Step { begin, rows, end };

    void open() {
        file_ = std::ifstream(options_.url.path());
        number_ = 0;
        if (!file_)
            throw roost::Error("cannot open '" + options_.url.path() + "'",
                               "check the "
                               "url");
    }
    bool readLine() {
        while (std::getline(file_, line_)) {
            ++number_;
            if (!options_.skipEmpty || !line_.empty()) return true;
        }
        if (file_.bad()) throw roost::Error("cannot read '" + options_.url.path() + "'");
        return false;
    }
    /// Long work says that it is alive, and ends when it is asked to.
    void watch() const {
        context_->alive();
        if (context_->stopToken().stop_requested()) throw roost::Interrupted();
    }

    Options options_;
    roost::Context* context_ = nullptr;
    std::ifstream file_;
    std::string line_;
    std::int64_t number_ = 0;
    std::uint64_t rows_ = 0;
    Step step_ = Step::begin;
};

}  // namespace

ROOST_PLUGIN(@CLASS@)
)code";

constexpr std::string_view transformCode =
    R"code(// A roost transform: texts of the columns that it is told become upper case.
#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "roost/plugin.hpp"

namespace {

class @CLASS@ final : public roost::Transform {
public:
    struct Options {
        std::vector<std::string> columns;
    };

    static roost::PluginInfo info() { return {"@NAME@", "0.1", "Texts in upper case", "@NAME@", {}}; }
    static const roost::OptionTable<Options>& options() {
        static const auto table = roost::OptionTable<Options>()
                                      .list("columns", &Options::columns, "The columns, as table.column.")
                                      .required()
                                      .example("[users.username]");
        return table;
    }

    explicit @CLASS@(Options options) : options_(std::move(options)) {}

    /// Sees the catalog before any data moves: what is wrong with the options is told here.
    void rewrite(roost::Catalog& catalog, roost::Context&) override {
        for (const std::string& name : options_.columns) {
            const std::size_t dot = name.rfind('.');
            const auto* table = dot == std::string::npos ? nullptr : catalog.find("", name.substr(0, dot));
            const auto column = table == nullptr ? std::nullopt : table->columnIndex(name.substr(dot + 1));
            if (!column)
                throw roost::Error("there is no column '" + name + "'",
                                   "columns are named as "
                                   "table.column");
            columns_[table->id].insert(*column);
        }
    }

    bool apply(roost::Item& item) override {
        if (auto* batch = std::get_if<roost::BatchPtr>(&item))
            if (const auto found = columns_.find((*batch)->table()); found != columns_.end())
                *batch = changed(*batch, found->second);
        return true;  // false would drop the item
    }

private:
    /// Batches are shared: a new one takes its place, which keeps the old one for the values that
    /// stay.
    static roost::BatchPtr changed(const roost::BatchPtr& batch, const std::set<std::size_t>& columns) {
        auto made = std::make_shared<roost::Batch>(batch->table(), batch->columns());
        made->keep(batch);
        for (std::size_t i = 0; i < batch->rows(); ++i) {
            const auto cells = made->addRow();
            std::ranges::copy(batch->row(i), cells.begin());
            for (const std::size_t column : columns)
                if (cells[column].kind() == roost::CellKind::text)  // any kind may stand in any
                                                                    // column
                    cells[column] =
                        roost::Cell::view(roost::CellKind::text, upper(*made, cells[column].text()));
        }
        return made;
    }
    static std::string_view upper(roost::Batch& batch, std::string_view text) {
        const std::span<char> room = batch.allocate(text.size());
        std::ranges::transform(text, room.begin(),
                               [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        return {room.data(), room.size()};
    }

    Options options_;
    std::map<roost::TableId, std::set<std::size_t>> columns_;
};

}  // namespace

ROOST_PLUGIN(@CLASS@)
)code";

constexpr std::string_view sinkCode =
    R"code(// A roost sink: a text file that lists what came, a line a table and a line a file.
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <variant>

#include "roost/plugin.hpp"

namespace {

class @CLASS@ final : public roost::Sink {
public:
    struct Options {
        roost::Location url;
        bool replace = false;
    };

    static roost::PluginInfo info() {
        return {"@NAME@", "0.1", "A list of what came", "archive", {"@NAME@"}};
    }
    static const roost::OptionTable<Options>& options() {
        static const auto table = roost::OptionTable<Options>()
                                      .url(&Options::url, "The file to make.")
                                      .example("file:list.@NAME@")
                                      .boolean("replace", &Options::replace, "Replace a file of that name.");
        return table;
    }

    explicit @CLASS@(Options options) : options_(std::move(options)), target_(std::filesystem::absolute(options_.url.path())) {}
    /// Takes away what is unfinished; publishes nothing.
    ~@CLASS@() override { removePart(); }
    @CLASS@(const @CLASS@&) = delete;
    @CLASS@& operator=(const @CLASS@&) = delete;

    /// Says whether it can be done, and changes nothing.
    roost::Acceptance accept(const roost::Catalog&, roost::Context&) override {
        roost::Acceptance acceptance;
        acceptance.tables = acceptance.entries = true;
        acceptance.target = target_.string();
        if (std::filesystem::exists(target_)) {
            if (options_.replace)
                acceptance.destroys.push_back(target_.string());
            else
                acceptance.refusals.push_back(target_.string() +
                                              " exists; 'replace: true' "
                                              "replaces it");
        }
        return acceptance;
    }
    void begin(const roost::Catalog& catalog, roost::Context& context) override {
        catalog_ = &catalog;
        // A run that is killed cannot tidy up: recover() below gets this back then.
        context.journal(part().string());
        file_.open(part(), std::ios::binary | std::ios::trunc);
        std::filesystem::permissions(
            part(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        if (!file_) throw roost::Error("cannot create " + part().string());
    }
    void write(roost::Item& item) override {
        if (const auto* end = std::get_if<roost::TableEnd>(&item))
            file_ << catalog_->find(end->table)->qualifiedName() << ": " << end->rows << " rows\n";
        if (auto* entry = std::get_if<roost::Entry>(&item))
            file_ << entry->displayName() << ": " << sizeOf(*entry) << " bytes\n";
        if (!file_) throw roost::Error("cannot write " + part().string());
    }
    /// All that can fail comes here, so that commit() is a single step.
    void prepare() override {
        file_.close();
        if (!file_) throw roost::Error("cannot write " + part().string());
    }
    void commit() override {
        if (std::rename(part().c_str(), target_.c_str()) != 0)
            throw roost::systemError("cannot rename " + part().string(), errno);
    }
    void abort() noexcept override { removePart(); }

    /// Undoes what a killed run left.
    static std::string recover(const std::string& record, roost::Context&) {
        std::error_code ignored;
        return std::filesystem::remove(record, ignored) ? "removed " + record : "";
    }

private:
    [[nodiscard]] std::filesystem::path part() const { return target_.string() + ".part"; }
    void removePart() const noexcept {
        std::error_code ignored;
        if (file_.is_open() || catalog_ != nullptr) std::filesystem::remove(part(), ignored);
    }
    static std::uint64_t sizeOf(roost::Entry& entry) {
        std::uint64_t size = 0;
        std::array<std::byte, 65536> buffer;
        while (entry.content) {
            const std::size_t got = entry.content->read(buffer);
            if (got == 0) break;
            size += got;
        }
        return size;
    }

    Options options_;
    std::filesystem::path target_;
    std::ofstream file_;
    const roost::Catalog* catalog_ = nullptr;
};

}  // namespace

ROOST_PLUGIN(@CLASS@)
)code";

constexpr std::string_view head = R"(cmake_minimum_required(VERSION 3.25)
project(@NAME@ VERSION 0.1 LANGUAGES CXX)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# Elsewhere than in a usual place: cmake -DCMAKE_PREFIX_PATH=/where/roost/is
find_package(roost REQUIRED)

# Makes @KIND@-@NAME@.so, and its manifest @KIND@-@NAME@.json beside it: the two go together.
roost_add_plugin(@KIND@-@NAME@ SOURCES @NAME@.cpp)

enable_testing()
)";

constexpr std::string_view sourceTests =
    R"(add_test(NAME contract COMMAND ${ROOST_PROGRAM} test-plugin $<TARGET_FILE:@KIND@-@NAME@>
  --set url=@NAME@:${PROJECT_SOURCE_DIR}/test/input.txt)
add_test(NAME pipeline COMMAND ${ROOST_PROGRAM} run ${PROJECT_SOURCE_DIR}/test/pipeline.yaml --dry-run
  --plugin-dir ${PROJECT_BINARY_DIR} --set input=${PROJECT_SOURCE_DIR}/test/input.txt --set out=${PROJECT_BINARY_DIR}/out.tar.gz)
set_tests_properties(pipeline PROPERTIES PASS_REGULAR_EXPRESSION "lines")
)";

constexpr std::string_view transformTests =
    R"(add_test(NAME contract COMMAND ${ROOST_PROGRAM} test-plugin $<TARGET_FILE:@KIND@-@NAME@>
  --set columns=users.username)
add_test(NAME pipeline COMMAND ${ROOST_PROGRAM} check ${PROJECT_SOURCE_DIR}/test/pipeline.yaml
  --plugin-dir ${PROJECT_BINARY_DIR} --set input=${PROJECT_SOURCE_DIR}/test/input.txt --set out=${PROJECT_BINARY_DIR}/out.tar.gz)
)";

constexpr std::string_view sinkTests =
    R"(add_test(NAME contract COMMAND ${ROOST_PROGRAM} test-plugin $<TARGET_FILE:@KIND@-@NAME@>
  --set "url=file:\${FOLDER}/list.@NAME@")
add_test(NAME pipeline COMMAND ${ROOST_PROGRAM} run ${PROJECT_SOURCE_DIR}/test/pipeline.yaml --yes
  --plugin-dir ${PROJECT_BINARY_DIR} --set folder=${PROJECT_BINARY_DIR}/empty --set out=${PROJECT_BINARY_DIR}/list.@NAME@)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/empty)
)";

constexpr std::string_view readmeHead = R"(# @NAME@

A @KIND@ for roost, built outside of its tree.

```sh
cmake -S . -B build && cmake --build build    # -DCMAKE_PREFIX_PATH=... where roost is in no usual place
ctest --test-dir build --output-on-failure    # the contract (roost test-plugin) and a pipeline
roost plugins @NAME@ --plugin-dir build       # its options, as they are below
```

To install it, put `@KIND@-@NAME@.so` and `@KIND@-@NAME@.json` into a folder that `ROOST_PLUGIN_PATH` names, or into
`lib/roost/plugins` where roost is installed.

## Options

<!-- options: begin -->
| option | takes | default | meaning |
|---|---|---|---|
)";

constexpr std::string_view readmeTail = "<!-- options: end -->\n";

constexpr std::string_view pipelineSource = R"(roost: 1
name: @NAME@-test
sources:
  - plugin: @NAME@
    url: @NAME@:${input}
sinks:
  - plugin: archive
    url: file:${out}
)";

constexpr std::string_view pipelineTransform = R"(roost: 1
name: @NAME@-test
sources:
  - plugin: sqlite
    url: sqlite:${input}
transforms:
  - plugin: @NAME@
    columns: [users.username]
sinks:
  - plugin: archive
    url: file:${out}
)";

constexpr std::string_view pipelineSink = R"(roost: 1
name: @NAME@-test
sources:
  - plugin: storage
    url: file:${folder}
sinks:
  - plugin: @NAME@
    url: file:${out}
    replace: true
)";

constexpr std::string_view input = "first\n\nthird, after an empty one\n";

const std::map<std::string_view, std::string>& templates() {
    const auto readme = [](std::string_view rows) {
        return std::string(readmeHead) + std::string(rows) + std::string(readmeTail);
    };
    static const std::map<std::string_view, std::string> all{
        {"source.cpp", std::string(sourceCode)},
        {"transform.cpp", std::string(transformCode)},
        {"sink.cpp", std::string(sinkCode)},
        {"head.cmake", std::string(head)},
        {"source.cmake", std::string(sourceTests)},
        {"transform.cmake", std::string(transformTests)},
        {"sink.cmake", std::string(sinkTests)},
        {"source.yaml", std::string(pipelineSource)},
        {"transform.yaml", std::string(pipelineTransform)},
        {"sink.yaml", std::string(pipelineSink)},
        {"input.txt", std::string(input)},
        {"source.md",
         readme("| `url` | a url; **required** |  | The text file. Such as: `@NAME@:input.txt` |\n"
                "| `skip-empty` | true or false | `false` | Leave out empty lines. |\n")},
        {"transform.md",
         readme("| `columns` | a list, or one text with commas; **required** |  | The columns, as "
                "table.column. Such as: `[users.username]` |\n")},
        {"sink.md",
         readme("| `url` | a url; **required** |  | The file to make. Such as: `file:list.@NAME@` |\n"
                "| `replace` | true or false | `false` | Replace a file of that name. |\n")}};
    return all;
}

}  // namespace

std::string_view pluginTemplate(std::string_view name) {
    const auto found = templates().find(name);
    if (found == templates().end()) throw Error("there is no template '" + std::string(name) + "'");
    return found->second;
}

}  // namespace roost::cli
