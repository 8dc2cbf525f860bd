// A storage source: the files of users in one SQLite file, as the sink `box` makes it.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "database.hpp"
#include "roost/plugin.hpp"

namespace {

/// The pieces of one file, in order.
class Pieces final : public roost::ByteReader {
public:
    Pieces(box::Database& database, std::int64_t entry)
        : pieces_(database, "SELECT bytes FROM piece WHERE entry = ? ORDER BY number") {
        pieces_.bind(1, entry);
    }
    std::size_t read(std::span<std::byte> buffer) override {
        while (!ended_ && rest_.empty()) {
            ended_ = !pieces_.step();
            if (!ended_) rest_ = pieces_.bytes(0);
        }
        const std::size_t count = std::min(buffer.size(), rest_.size());
        if (count > 0) std::memcpy(buffer.data(), rest_.data(), count);
        rest_.remove_prefix(count);
        return count;
    }

private:
    box::Statement pieces_;
    std::string_view rest_;
    bool ended_ = false;
};

class BoxSource final : public roost::Source {
public:
    struct Options {
        roost::Location url;
    };

    static roost::PluginInfo info() {
        return {"box", "1.0", "Users' files in one SQLite file", "storage", {"box"}};
    }
    static const roost::OptionTable<Options>& options() {
        static const auto table = roost::OptionTable<Options>()
                                      .url(&Options::url, "The file to read.")
                                      .example("box:/backups/files.box");
        return table;
    }

    explicit BoxSource(Options options) : options_(std::move(options)) {}

    roost::Catalog catalog(roost::Context& context) override {
        context_ = &context;
        const std::string path = options_.url.path();
        if (!std::filesystem::exists(path))
            throw roost::Error("there is no file '" + path + "'", "check the url");
        database_.emplace(path, SQLITE_OPEN_READONLY);
        box::Statement mark(*database_, "PRAGMA application_id");
        if (!mark.step() || mark.number(0) != box::applicationId)
            throw roost::Error("'" + path + "' is no box", "the sink 'box' makes them");
        mark.reset();
        database_->run("BEGIN");  // from the first read on, one state of the file is seen
        roost::Catalog catalog;
        count(catalog);
        entries_.emplace(*database_,
                         "SELECT id, kind, owner, path, folder, size, mode, modified FROM entry ORDER BY id");
        return catalog;
    }

    bool next(roost::Item& item) override {
        for (;;) {
            if (context_->stopToken().stop_requested()) throw roost::Interrupted();
            context_->alive();
            if (!entries_ || !entries_->step()) {
                entries_.reset();  // the end stays the end
                return false;
            }
            if (owners_ && !owners_->contains(entries_->bytes(2))) continue;
            item = entry();
            return true;
        }
    }

    void chooseOwners(std::shared_ptr<const roost::OwnerChoice> owners, roost::Catalog& catalog) override {
        owners_ = std::move(owners);
        catalog.entryKinds.clear();
        count(catalog);
    }

private:
    roost::Entry entry() {
        roost::Entry entry;
        entry.kind = entries_->bytes(1);
        entry.owner = entries_->bytes(2);
        entry.path = entries_->bytes(3);
        entry.type = entries_->number(4) != 0 ? roost::EntryType::folder : roost::EntryType::file;
        entry.size = static_cast<std::uint64_t>(entries_->number(5));
        entry.mode = static_cast<std::uint32_t>(entries_->number(6));
        entry.modifiedNanoseconds = entries_->number(7);
        if (entry.type == roost::EntryType::file)
            entry.content = std::make_unique<Pieces>(*database_, entries_->number(0));
        return entry;
    }

    /// The kinds, and what there is of each of the owners that are wanted.
    void count(roost::Catalog& catalog) {
        box::Statement kinds(*database_, "SELECT name, coverage FROM kind ORDER BY name");
        box::Statement owners(
            *database_,
            "SELECT owner, sum(folder), sum(1 - folder), sum(size) FROM entry WHERE kind = ? "
            "GROUP BY owner");
        while (kinds.step()) {
            roost::EntryKindTotals totals;
            totals.kind = kinds.bytes(0);
            totals.coverage = roost::coverage(kinds.bytes(1)).value_or(roost::Coverage::files);
            for (owners.bind(1, kinds.bytes(0)); owners.step();) {
                if (owners_ && !owners_->contains(owners.bytes(0))) continue;
                ++totals.users;
                totals.folders += static_cast<std::uint64_t>(owners.number(1));
                totals.files += static_cast<std::uint64_t>(owners.number(2));
                totals.bytes += static_cast<std::uint64_t>(owners.number(3));
            }
            catalog.entryKinds.push_back(totals);
        }
    }

    Options options_;
    roost::Context* context_ = nullptr;
    std::optional<box::Database> database_;
    std::optional<box::Statement> entries_;
    std::shared_ptr<const roost::OwnerChoice> owners_;
};

}  // namespace

ROOST_PLUGIN(BoxSource)
