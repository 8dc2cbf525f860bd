#include "pipeline/flow.hpp"

#include <algorithm>
#include <utility>

#include "pipeline/item_check.hpp"
#include "pipeline/stage_call.hpp"
#include "pipeline/watched_call.hpp"

namespace roost {

namespace {

/// What may wait between two stages. Enough to keep both busy, little beside the memory that a run may take.
constexpr std::size_t channelBytes = std::size_t{8} << 20U;

/// Follows the items to be able to say where a stage was when it failed.
class Whereabouts {
public:
    explicit Whereabouts(const Catalog& catalog) : catalog_(catalog) {}

    void at(const Item& item) {
        if (const auto* begin = std::get_if<TableBegin>(&item)) {
            const Table* table = catalog_.find(begin->table);
            place_ = table == nullptr ? "" : "table " + table->qualifiedName();
            rows_ = 0;
        } else if (const auto* batch = std::get_if<BatchPtr>(&item)) {
            rows_ += *batch ? (*batch)->rows() : 0;
        } else if (const auto* entry = std::get_if<Entry>(&item)) {
            place_ = "file " + entry->displayName();
        } else {
            place_.clear();
        }
    }
    void leave() { place_.clear(); }
    [[nodiscard]] std::string text() const {
        return place_.starts_with("table ") && rows_ > 0 ? place_ + " after row " + std::to_string(rows_)
                                                         : place_;
    }

private:
    const Catalog& catalog_;
    std::string place_;
    std::uint64_t rows_ = 0;
};

/// The name that a source gave an entry, to see whether transforms change it.
class GivenName {
public:
    /// False where the item is no entry.
    bool take(const Item& item) {
        const auto* entry = std::get_if<Entry>(&item);
        if (entry == nullptr) return false;
        type_ = entry->type;
        kind_ = entry->kind;
        owner_ = entry->owner;
        path_ = entry->path;
        return true;
    }
    [[nodiscard]] bool isFile() const noexcept { return type_ == EntryType::file; }
    [[nodiscard]] const std::string& kind() const noexcept { return kind_; }
    [[nodiscard]] bool isThatOf(const Entry& entry) const noexcept {
        return type_ == entry.type && path_ == entry.path && owner_ == entry.owner && kind_ == entry.kind;
    }

private:
    EntryType type_ = EntryType::file;
    std::string kind_;
    std::string owner_;
    std::string path_;
};

/// Gives an item of a source its number within the run.
void renumber(Item& item, TableId firstTable) {
    if (firstTable == 0) return;
    if (auto* begin = std::get_if<TableBegin>(&item)) begin->table += firstTable;
    if (auto* end = std::get_if<TableEnd>(&item)) end->table += firstTable;
    if (auto* batch = std::get_if<BatchPtr>(&item); batch != nullptr && *batch) {
        // The source has handed the batch over and nobody else has seen it yet.
        auto mine = std::const_pointer_cast<Batch>(*batch);
        mine->renumber(mine->table() + firstTable);
    }
}

void count(const Item& item, const Catalog& catalog, SourceProgress& progress) {
    if (const auto* begin = std::get_if<TableBegin>(&item)) {
        if (const Table* table = catalog.find(begin->table)) progress.setCurrent(table->qualifiedName());
    } else if (const auto* batch = std::get_if<BatchPtr>(&item)) {
        progress.rows += (*batch)->rows();
        progress.bytes += (*batch)->bytes();
    } else if (const auto* entry = std::get_if<Entry>(&item);
               entry != nullptr && entry->type == EntryType::file) {
        progress.files += 1;
    }
}

}  // namespace

Flow::~Flow() {
    for (auto& worker : workers_) {
        const bool done = [&] {
            const std::scoped_lock lock(mutex_);
            return worker->done;
        }();
        if (hung_ && !done)
            worker->thread.detach();
        else
            worker->thread.join();
    }
}

void Flow::fail(FlowFailure failure) {
    {
        const std::scoped_lock lock(mutex_);
        // An interruption that another stage's failure set off is not the reason.
        if (!failure_ ||
            (failure_->interrupted && !failure.interrupted && !environment_.stop.stop_requested()))
            failure_ = std::move(failure);
    }
    environment_.stop.request_stop();
    cancelChannels();
    changed_.notify_all();
}

void Flow::cancelChannels() {
    if (transformChannel_) transformChannel_->cancel();
    for (auto& channel : sinkChannels_) channel->cancel();
}

template <class Body>
void Flow::addWorker(StageContext* context, Body body) {
    workers_.push_back(std::make_unique<Worker>());
    Worker& worker = *workers_.back();
    worker.context = context;
    worker.thread = std::thread([this, &worker, body = std::move(body)] {
        try {
            body();
        } catch (const Interrupted&) {
            fail({true, "interrupted", {}});
        } catch (const Error& error) {
            fail({false, error.what(), error.hint()});
        } catch (const std::exception& error) {
            fail({false, error.what(), {}});
        } catch (...) {
            fail({false, "something that is no exception was thrown", {}});
        }
        const std::scoped_lock lock(mutex_);
        worker.done = true;
        changed_.notify_all();
    });
}

std::vector<Outlet> Flow::sinkOutlets() {
    std::vector<Outlet> outlets;
    for (std::size_t i = 0; i < plan_.sinks.size(); ++i)
        outlets.push_back(
            {sinkChannels_[i].get(), plan_.sinks[i].acceptance.tables, plan_.sinks[i].acceptance.entries});
    return outlets;
}

void Flow::start() {
    for (std::size_t i = 0; i < plan_.sinks.size(); ++i)
        sinkChannels_.push_back(std::make_unique<Channel>(channelBytes));
    std::vector<Outlet> afterSources = sinkOutlets();
    if (!plan_.transforms.empty()) {
        transformChannel_ = std::make_unique<Channel>(channelBytes);
        afterSources = {{transformChannel_.get(), true, true}};
    }
    addWorker(nullptr, [this, afterSources] { runSources(afterSources); });
    if (transformChannel_) addWorker(nullptr, [this] { runTransforms(sinkOutlets()); });
    firstSinkWorker_ = workers_.size();
    for (std::size_t i = 0; i < plan_.sinks.size(); ++i)
        addWorker(plan_.sinks[i].context.get(), [this, i] { runSink(i); });
}

void Flow::runSources(const std::vector<Outlet>& outlets) {
    for (std::size_t i = 0; i < plan_.sources.size(); ++i) runSource(i, outlets);
    if (plan_.transforms.empty()) checkNames();
    for (const Outlet& outlet : outlets) outlet.channel->close();
}

void Flow::runSource(std::size_t index, const std::vector<Outlet>& outlets) {
    PlannedSource& planned = plan_.sources[index];
    SourceProgress& progress = *progress_[index];
    ItemWriter writer(outlets, planned.context->heartbeat(), progress.bytes);
    ItemCheck check(planned.catalog);
    Whereabouts whereabouts(planned.catalog);
    const auto where = [&] { return whereabouts.text(); };
    progress.started = true;
    for (Item item;;) {
        if (environment_.stop.stop_requested()) throw Interrupted();
        const bool more = callStage(*planned.context, where, [&] {
            if (!planned.source->next(item)) return false;
            renumber(item, planned.firstTable);
            check.check(item);
            return true;
        });
        if (!more) break;
        whereabouts.at(item);
        count(item, planned.catalog, progress);
        if (const auto* entry = std::get_if<Entry>(&item)) {
            names_.given(index);
            if (plan_.transforms.empty()) names_.leaves(*entry, entriesGiven_++, false);
        }
        callStage(*planned.context, where, [&] { writer.write(item); });
        // What goes wrong after a file is about the next one, which the source names itself.
        if (std::holds_alternative<Entry>(item)) whereabouts.leave();
    }
    callStage(*planned.context, [&] { check.finish(); });
    for (const std::string& sentence : check.shortfalls()) planned.context->warn(sentence);
    progress.finished = true;
}

/// Before the channels are closed: until then no sink prepares.
void Flow::checkNames() {
    const std::optional<EntryNameFault> fault = names_.fault();
    if (!fault) return;
    StageContext& blamed =
        fault->renamed ? *plan_.transforms.back().context : *plan_.sources[fault->source].context;
    callStage(blamed, [&] {
        if (fault->renamed || fault->source == fault->other) throw Error("the plugin gave " + fault->told);
        throw Error(
            "together with " + plan_.sources[fault->other].context->label() + " it gives " + fault->told,
            "let one of them alone give it");
    });
}

void Flow::runTransforms(std::vector<Outlet> outlets) {
    // All transforms share this thread; the first one's heartbeat stands for the waiting.
    Heartbeat& heartbeat = plan_.transforms.front().context->heartbeat();
    ItemReader reader(*transformChannel_, heartbeat);
    std::atomic<std::uint64_t> moved = 0;  // the sources have counted these bytes
    ItemWriter writer(std::move(outlets), heartbeat, moved);
    Whereabouts whereabouts(plan_.catalog);
    const auto where = [&] { return whereabouts.text(); };
    // What all of them together leave has to fit what they made of the catalog.
    StageContext& last = *plan_.transforms.back().context;
    ItemCheck check(plan_.catalog);
    std::uint64_t entries = 0;
    GivenName before;
    for (Item item; reader.next(item);) {
        whereabouts.at(item);
        const bool isEntry = before.take(item);
        const std::uint64_t number = entries;
        entries += isEntry ? 1 : 0;
        if (PlannedTransform* const dropping = firstToDrop(item, where)) {
            if (isEntry && before.isFile())
                callStage(*dropping->context, where, [&] { check.dropped(before.kind()); });
            continue;
        }
        callStage(last, where, [&] { check.check(item); });
        if (const auto* entry = std::get_if<Entry>(&item))
            names_.leaves(*entry, number, !before.isThatOf(*entry));
        const PresentCall present(
            last.label());  // a transform may have given the content a reader of its own
        writer.write(item);
    }
    callStage(last, [&] { check.finish(); });
    checkNames();
    writer.close();
}

template <class Where>
PlannedTransform* Flow::firstToDrop(Item& item, const Where& where) {
    for (PlannedTransform& planned : plan_.transforms)
        if (!callStage(*planned.context, where, [&] { return planned.transform->apply(item); }))
            return &planned;
    return nullptr;
}

void Flow::runSink(std::size_t index) {
    PlannedSink& planned = plan_.sinks[index];
    ItemReader reader(*sinkChannels_[index], planned.context->heartbeat());
    Whereabouts whereabouts(plan_.catalog);
    const auto where = [&] { return whereabouts.text(); };
    for (Item item; reader.next(item);) {
        whereabouts.at(item);
        callStage(*planned.context, where, [&] { planned.sink->write(item); });
    }
    if (!environment_.dryRun || planned.acceptance.rehearses)
        callStage(*planned.context, [&] { planned.sink->prepare(); });
}

bool Flow::allDone() const {
    return std::ranges::all_of(workers_, [](const auto& worker) { return worker->done; });
}

bool Flow::sinkIdle(std::size_t sink) const {
    const std::scoped_lock lock(mutex_);
    return workers_.empty() || workers_[firstSinkWorker_ + sink]->done;
}

void Flow::watch(std::chrono::milliseconds stallLimit) {
    const auto check = [&](StageContext& context) {
        if (context.heartbeat().silence() <= stallLimit) return;
        const Error error = stalled(context.label(), stallLimit);
        fail({false, error.what(), error.hint()});
    };
    for (PlannedSource& source : plan_.sources) check(*source.context);
    for (PlannedTransform& transform : plan_.transforms) check(*transform.context);
    for (PlannedSink& sink : plan_.sinks) check(*sink.context);
}

std::optional<FlowFailure> Flow::run(std::chrono::milliseconds stallLimit, std::chrono::milliseconds grace) {
    using Clock = std::chrono::steady_clock;
    constexpr auto tick = std::chrono::milliseconds(100);
    start();
    std::optional<Clock::time_point> stopping;
    std::unique_lock lock(mutex_);
    while (!allDone()) {
        changed_.wait_for(lock, tick);
        if (allDone()) break;
        lock.unlock();
        if (environment_.stop.stop_requested()) {
            cancelChannels();
            if (!stopping) stopping = Clock::now();
        } else {
            watch(stallLimit);
        }
        lock.lock();
        if (stopping && Clock::now() - *stopping > grace && !allDone()) {
            hung_ = true;
            break;
        }
    }
    if (!failure_ && environment_.stop.stop_requested()) return FlowFailure{true, "interrupted", {}};
    return failure_;
}

}  // namespace roost
