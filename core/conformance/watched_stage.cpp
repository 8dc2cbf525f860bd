#include "conformance/watched_stage.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace roost::conformance {

namespace {

class WatchedSource final : public Source {
public:
    WatchedSource(std::unique_ptr<Source> source, const WatchedFactory& watches)
        : source_(std::move(source)), watches_(watches) {}
    ~WatchedSource() override {
        const CallWatch watch = watches_.watch("its destructor");
        source_.reset();
    }
    WatchedSource(const WatchedSource&) = delete;
    WatchedSource& operator=(const WatchedSource&) = delete;

    Catalog catalog(Context& context) override { return source_->catalog(context); }
    bool next(Item& item) override { return source_->next(item); }
    [[nodiscard]] RowAccess rowAccess() const override { return source_->rowAccess(); }
    void reread(const std::vector<TableRead>& reads, const RowVisitor& visit) override {
        source_->reread(reads, visit);
    }
    std::uint64_t restrict(TableId table, const RowCondition& rows) override {
        return source_->restrict(table, rows);
    }
    void chooseOwners(std::shared_ptr<const OwnerChoice> owners, Catalog& catalog) override {
        source_->chooseOwners(std::move(owners), catalog);
    }
    void tidy() override {
        const CallWatch watch = watches_.watch("tidy()");
        source_->tidy();
    }
    [[nodiscard]] bool removesFiles() const override { return source_->removesFiles(); }

private:
    std::unique_ptr<Source> source_;
    const WatchedFactory& watches_;
};

class WatchedSink final : public Sink {
public:
    WatchedSink(std::unique_ptr<Sink> sink, const WatchedFactory& watches)
        : sink_(std::move(sink)), watches_(watches) {}
    ~WatchedSink() override {
        const CallWatch watch = watches_.watch("its destructor");
        sink_.reset();
    }
    WatchedSink(const WatchedSink&) = delete;
    WatchedSink& operator=(const WatchedSink&) = delete;

    [[nodiscard]] std::string dialect() const override { return sink_->dialect(); }
    [[nodiscard]] CommitRole commitRole() const override { return sink_->commitRole(); }
    [[nodiscard]] std::int64_t firstFree(const Table& table, const std::string& column,
                                         Context& context) override {
        return sink_->firstFree(table, column, context);
    }
    Acceptance accept(const Catalog& catalog, Context& context) override {
        return sink_->accept(catalog, context);
    }
    void begin(const Catalog& catalog, Context& context) override { sink_->begin(catalog, context); }
    void write(Item& item) override { sink_->write(item); }
    void prepare() override { sink_->prepare(); }
    void commit() override {
        const CallWatch watch = watches_.watch("commit()");
        sink_->commit();
    }
    void tidy() override {
        const CallWatch watch = watches_.watch("tidy()");
        sink_->tidy();
    }
    void abort() noexcept override {
        const CallWatch watch = watches_.watch("abort()");
        sink_->abort();
    }
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> summary() const override {
        const CallWatch watch = watches_.watch("summary()");
        return sink_->summary();
    }

private:
    std::unique_ptr<Sink> sink_;
    const WatchedFactory& watches_;
};

}  // namespace

CallWatch::CallWatch(const Progress& progress, std::chrono::milliseconds limit, std::string call)
    : thread_([progress, limit, call = std::move(call)](const std::stop_token& stop) {
          std::mutex mutex;
          std::condition_variable_any ended;
          std::unique_lock lock(mutex);
          ended.wait_for(lock, stop, limit, [] { return false; });
          if (!stop.stop_requested())
              progress.giveUp(call + " did not come back within " +
                              (limit.count() < 1000 ? std::to_string(limit.count()) + " milliseconds"
                                                    : std::to_string(limit.count() / 1000) + " seconds"));
      }) {}

std::unique_ptr<Source> WatchedFactory::makeSource(const Node& settings) const {
    auto source = factory_.makeSource(settings);
    return source ? std::make_unique<WatchedSource>(std::move(source), *this) : nullptr;
}

std::unique_ptr<Sink> WatchedFactory::makeSink(const Node& settings) const {
    auto sink = factory_.makeSink(settings);
    return sink ? std::make_unique<WatchedSink>(std::move(sink), *this) : nullptr;
}

}  // namespace roost::conformance
