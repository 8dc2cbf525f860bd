// Stages that live within the test program: the engine cannot tell them from those of a shared object.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "pipeline/resolution.hpp"
#include "pipeline/stage_context.hpp"
#include "roost/error.hpp"
#include "roost/plugin.hpp"

namespace roost::test {

/// Content of memory, at most `step` bytes a read, so that entries come in several pieces.
class MemoryReader final : public ByteReader {
public:
    explicit MemoryReader(std::string data) : data_(std::move(data)) {}
    std::size_t read(std::span<std::byte> buffer) override {
        const std::size_t size = std::min({buffer.size(), data_.size() - position_, std::size_t{1000}});
        std::memcpy(buffer.data(), data_.data() + position_, size);
        position_ += size;
        return size;
    }

private:
    std::string data_;
    std::size_t position_ = 0;
};

/// What a test wants its stages to do, and what they saw. Shared by the test and the stages.
struct Script {
    // the source
    std::vector<std::pair<std::string, std::uint64_t>> tables;  ///< name and rows
    std::vector<std::pair<std::string, std::string>> files;     ///< path and content
    std::uint64_t announcedBeyond = 0;  ///< bytes that each file is said to have beside its own
    std::function<void()> beforeNext = [] {};
    std::string dialect = "test";
    // the sink
    CommitRole role = CommitRole::alone;
    bool rehearses = false;
    bool cannotUndo = false;  ///< abort() says that something is left
    bool takesTables = true;
    bool takesEntries = true;
    std::string target;  ///< empty for a name of its own for each sink
    std::vector<std::string> refusals;
    std::vector<std::string> destroys;
    std::function<void(const std::string&)> at = [](const std::string&) {
    };  ///< "begin", "write", "prepare", "commit"
    // what happened
    std::vector<std::string> calls;
    std::vector<std::int64_t> values;
    std::vector<std::pair<std::string, std::string>> received;
};

class ScriptSource final : public Source {
public:
    explicit ScriptSource(Script& script) : script_(script) {}
    Catalog catalog(Context&) override {
        Catalog catalog;
        if (!script_.tables.empty()) catalog.dialect = script_.dialect;
        for (const auto& [name, rows] : script_.tables) {
            Table table;
            table.id = static_cast<TableId>(catalog.tables.size());
            table.name = name;
            table.columns = {{.name = "n", .type = {.kind = TypeKind::int64}}};
            table.rows = rows;
            catalog.tables.push_back(table);
        }
        if (!script_.files.empty())
            catalog.entryKinds.push_back({"documents", script_.files.size(), 0, 0, 1});
        return catalog;
    }
    bool next(Item& item) override {
        script_.beforeNext();
        if (table_ < script_.tables.size()) return nextOfTable(item);
        if (file_ == script_.files.size()) return false;
        const auto& [path, content] = script_.files[file_++];
        Entry entry;
        entry.kind = "documents";
        entry.owner = "alice";
        entry.path = path;
        entry.size = content.size() + script_.announcedBeyond;
        entry.content = std::make_unique<MemoryReader>(content);
        item = std::move(entry);
        return true;
    }

private:
    bool nextOfTable(Item& item) {
        const auto id = static_cast<TableId>(table_);
        const std::uint64_t rows = script_.tables[table_].second;
        if (!open_) {
            open_ = true;
            given_ = 0;
            item = TableBegin{id};
        } else if (given_ < rows) {
            auto batch = std::make_shared<Batch>(id, 1);
            while (given_ < rows && !batch->full())
                batch->addRow()[0] = Cell::integer(static_cast<std::int64_t>(given_++));
            item = BatchPtr(std::move(batch));
        } else {
            open_ = false;
            ++table_;
            item = TableEnd{id, given_};
        }
        return true;
    }

    Script& script_;
    std::size_t table_ = 0;
    std::size_t file_ = 0;
    bool open_ = false;
    std::uint64_t given_ = 0;
};

class ScriptSink final : public Sink {
public:
    ScriptSink(Script& script, std::string target) : script_(script), target_(std::move(target)) {}
    Acceptance accept(const Catalog&, Context&) override {
        return {script_.takesTables, script_.takesEntries, target_, script_.refusals, {}, {},
                script_.destroys,    script_.rehearses};
    }
    [[nodiscard]] CommitRole commitRole() const override { return script_.role; }
    void tidy() override {
        if (script_.role != CommitRole::alone) note("tidy");
    }
    void begin(const Catalog& catalog, Context& context) override {
        catalog_ = &catalog;
        context_ = &context;
        note("begin");
    }
    void write(Item& item) override {
        script_.at("write");
        if (const auto* begin = std::get_if<TableBegin>(&item))
            script_.received.emplace_back("table", catalog_->find(begin->table)->qualifiedName());
        if (const auto* batch = std::get_if<BatchPtr>(&item))
            for (std::size_t i = 0; i < (*batch)->rows(); ++i)
                script_.values.push_back((*batch)->row(i)[0].integer());
        if (auto* entry = std::get_if<Entry>(&item)) {
            std::string content;
            std::array<std::byte, 700> buffer;
            while (const std::size_t size = entry->content->read(buffer))
                content.append(reinterpret_cast<const char*>(buffer.data()), size);
            script_.received.emplace_back(entry->path, content);
        }
    }
    void prepare() override { note("prepare"); }
    void commit() override { note("commit"); }
    void abort() noexcept override {
        script_.calls.emplace_back("abort");
        if (script_.cannotUndo) context_->journal("what is left of it");
    }

private:
    void note(const char* call) {
        script_.calls.emplace_back(call);
        script_.at(call);
    }
    Script& script_;
    std::string target_;
    const Catalog* catalog_ = nullptr;
    Context* context_ = nullptr;
};

/// Makes the same kind of stage again and again, bound to one script.
class ScriptFactory final : public PluginFactory {
public:
    ScriptFactory(Script& script, PluginKind kind, std::string role) : script_(script), kind_(kind) {
        info_.name = "script";
        info_.role = std::move(role);
    }
    [[nodiscard]] const PluginInfo& info() const override { return info_; }
    [[nodiscard]] PluginKind kind() const override { return kind_; }
    [[nodiscard]] const std::vector<OptionSpec>& options() const override { return options_; }
    void check(const Node&, Diagnostics&) const override {}
    [[nodiscard]] std::unique_ptr<Source> makeSource(const Node&) const override {
        return std::make_unique<ScriptSource>(script_);
    }
    [[nodiscard]] std::unique_ptr<Transform> makeTransform(const Node&) const override {
        return transform ? transform() : nullptr;
    }
    [[nodiscard]] std::unique_ptr<Sink> makeSink(const Node&) const override {
        const std::string target =
            script_.target.empty() ? "memory " + std::to_string(reinterpret_cast<std::uintptr_t>(&script_)) +
                                         "." + std::to_string(++made_)
                                   : script_.target;
        return std::make_unique<ScriptSink>(script_, target);
    }
    [[nodiscard]] Decision decision(const std::string&, Context&) const override { return Decision::none; }
    [[nodiscard]] std::string recover(const std::string&, Decision, Context&) const override { return {}; }
    [[nodiscard]] ArchiveSummary verify(const Node&, Context&) const override { return {}; }
    [[nodiscard]] ArchiveSummary inspect(const Node&, Context&) const override { return {}; }

    std::function<std::unique_ptr<Transform>()> transform;

private:
    Script& script_;
    mutable int made_ = 0;
    PluginKind kind_;
    PluginInfo info_;
    std::vector<OptionSpec> options_;
};

inline ResolvedStage stage(const ScriptFactory& factory, const std::string& label) {
    ResolvedStage resolved;
    resolved.kind = factory.kind();
    resolved.factory = &factory;
    resolved.label = label;
    resolved.role = factory.info().role;
    return resolved;
}

/// An environment that keeps what is logged.
struct TestEnvironment : RunEnvironment {
    TestEnvironment() {
        pipelineName = "test";
        temporaryFolder = std::filesystem::temp_directory_path();
        log = [this](LogLevel, const std::string& message) {
            const std::scoped_lock lock(logMutex);
            logged.push_back(message);
        };
    }
    std::mutex logMutex;
    std::vector<std::string> logged;
};

}  // namespace roost::test
