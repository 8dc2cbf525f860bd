// A sink that publishes when it must not, or not when it must.
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <variant>
#include <vector>

#include "roost/plugin.hpp"

namespace {

using namespace roost;

class CarelessSink final : public Sink {
public:
    enum class Way {
        none,
        accept,
        begin,
        write,
        prepare,
        abort,
        destructor,
        dryRun,
        never,
        leavesParts,
        hoards,
        refusesUuids,
        recoveryPublishes,
        recoveryRemoves,
        recoveryIgnores,
        abortsForNobody
    };
    struct Options {
        Location url;
        Way way = Way::none;
    };

    static PluginInfo info() {
        return {"careless", "1.0", "Publishes at a wrong time, for tests", "archive", {"careless"}};
    }
    static const OptionTable<Options>& options() {
        static const auto table =
            OptionTable<Options>()
                .url(&Options::url, "The file that it makes.")
                .example("file:a.careless")
                .choice("way", &Options::way,
                        {"none", "accept", "begin", "write", "prepare", "abort", "destructor", "dry-run",
                         "never", "leaves-parts", "hoards", "refuses-uuids", "recovery-publishes",
                         "recovery-removes", "recovery-ignores", "aborts-for-nobody"},
                        "When it publishes, or what else is wrong.");
        return table;
    }

    explicit CarelessSink(Options options) : options_(std::move(options)) {}
    ~CarelessSink() override { publishIn(Way::destructor); }
    CarelessSink(const CarelessSink&) = delete;
    CarelessSink& operator=(const CarelessSink&) = delete;

    Acceptance accept(const Catalog&, Context& context) override {
        publishIn(Way::accept);
        dryRun_ = context.dryRun();
        Acceptance acceptance;
        acceptance.tables = acceptance.entries = true;
        acceptance.target = options_.url.path();
        acceptance.rehearses = options_.way == Way::dryRun;
        return acceptance;
    }
    [[nodiscard]] CommitRole commitRole() const override {
        return options_.way == Way::recoveryIgnores ? CommitRole::follows : CommitRole::alone;
    }
    void begin(const Catalog&, Context& context) override {
        if (options_.way == Way::recoveryPublishes) context.journal("publish " + options_.url.path());
        if (options_.way == Way::recoveryRemoves) context.journal("remove " + options_.url.path());
        if (options_.way == Way::recoveryIgnores) context.journal("ignore " + options_.url.path());
        publishIn(Way::begin);
        if (options_.way == Way::leavesParts) std::ofstream(options_.url.path() + ".part") << "half";
    }
    void write(Item& item) override {
        publishIn(Way::write);
        if (const auto* batch = std::get_if<BatchPtr>(&item)) {
            if (options_.way == Way::hoards) hoard_.push_back(*batch);
            for (std::size_t i = 0; i < (*batch)->rows(); ++i)
                for (const Cell& cell : (*batch)->row(i))
                    if (options_.way == Way::refusesUuids && cell.kind() == CellKind::uuid)
                        throw Error("it takes no uuids");
        }
        if (auto* entry = std::get_if<Entry>(&item); entry != nullptr && entry->content) {
            std::array<std::byte, 65536> buffer{};
            while (const std::size_t got = entry->content->read(buffer)) bytes_ += got;
        }
    }
    void prepare() override {
        publishIn(Way::prepare);
        prepared_ = true;
        if (dryRun_) publishIn(Way::dryRun);
    }
    void commit() override {
        if (options_.way != Way::never) publish();
        std::error_code ignored;
        std::filesystem::remove(options_.url.path() + ".part", ignored);
    }
    void abort() noexcept override {
        publishIn(Way::abort);
        if (prepared_) publishIn(Way::abortsForNobody);
    }

    static std::string recover(const std::string& record, Context&) {
        const std::string path = record.substr(record.find(' ') + 1);
        if (record.starts_with("publish ")) std::ofstream(path) << "recovered\n";
        if (record.starts_with("remove ")) std::filesystem::remove(path);
        return {};
    }

private:
    void publishIn(Way way) const {
        if (options_.way == way) publish();
    }
    void publish() const { std::ofstream(options_.url.path()) << bytes_ << '\n'; }

    Options options_;
    bool dryRun_ = false;
    bool prepared_ = false;
    std::uint64_t bytes_ = 0;
    std::vector<BatchPtr> hoard_;
};

}  // namespace

ROOST_PLUGIN(CarelessSink)
