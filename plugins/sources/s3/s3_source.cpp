#include "sources/s3/s3_source.hpp"

#include <algorithm>
#include <utility>

#include "lib/s3/client.hpp"
#include "lib/storage/user_trees.hpp"
#include "roost/version.hpp"
#include "sources/s3/object_entries.hpp"
#include "sources/s3/object_inventory.hpp"

namespace roost::s3 {

/// What catalog() opens and next() goes on with; what refers to others stands behind them.
struct S3Source::Work {
    Work(ServerSettings settings, Context& host)
        : context(host),
          client(std::move(settings), host),
          bucket(client),
          store(host.temporaryFolder()),
          watch(host) {}

    Context& context;
    Client client;
    Bucket bucket;
    storage::NameStore store;
    storage::Watch watch;
    std::unique_ptr<ObjectInventory> inventory;
    std::unique_ptr<ObjectEntries> entries;
    bool told = false;
};

PluginInfo S3Source::info() {
    return {.name = "s3",
            .version = std::string(version()),
            .description = "Reads users' files from a bucket of S3 or of a server that speaks like it",
            .role = "storage",
            .serves = {"s3"}};
}

const OptionTable<S3Source::Options>& S3Source::options() {
    static const auto table = [] {
        OptionTable<Options> made;
        made.url(
                &Options::url,
                "The bucket, and the prefix under which a folder for each user lies, named by the user's id.")
            .example("s3://aviary/users")
            .map("kinds", &Options::kinds,
                 "The kinds of files and where they lie in a user's folder; '.' is the user's folder itself. "
                 "By default documents: pdfs and configs: rmapi.")
            .example("{documents: pdfs, configs: rmapi}");
        addS3Options(made);
        made.choice(
                "unknown", &Options::unknown, {"warn", "fail"},
                "What to do about objects outside of the kinds' folders: leave them out with a warning that "
                "names and counts them, or end the run.")
            .choice(
                "on-unreadable", &Options::onUnreadable, {"fail", "skip"},
                "What to do about an object to which access is denied: end the run, or leave it out and list "
                "it (exit code 3).")
            .choice(
                "on-changed", &Options::onChanged, {"warn", "fail"},
                "What to do about an object that is replaced or removed while it is read: take what came and "
                "report it, or end the run.");
        return made;
    }();
    return table;
}

S3Source::S3Source(Options options)
    : options_(std::move(options)), layout_(options_.kinds), keys_(placeOf(options_.url).key, layout_) {}

S3Source::~S3Source() = default;

Catalog S3Source::catalog(Context& context) {
    work_ = std::make_unique<Work>(serverSettings(options_, placeOf(options_.url).bucket), context);
    Catalog catalog;
    if (context.ownersFollow()) {
        for (const storage::KindFolder& kind : layout_.kinds())
            catalog.entryKinds.push_back({.kind = kind.kind});
        return catalog;
    }
    takeInventory(catalog);
    if (std::ranges::all_of(catalog.entryKinds, [](const auto& totals) { return totals.users == 0; }))
        catalog.warnings.push_back(work_->bucket.shown(keys_.root()) +
                                   " holds no user's files: are the bucket and the prefix the right ones?");
    return catalog;
}

void S3Source::chooseOwners(std::shared_ptr<const OwnerChoice> owners, Catalog& catalog) {
    owners_ = std::move(owners);
    takeInventory(catalog);
}

void S3Source::takeInventory(Catalog& catalog) {
    work_->inventory = std::make_unique<ObjectInventory>(work_->bucket, keys_, layout_, work_->store,
                                                         work_->watch, owners_.get());
    work_->inventory->take();
    if (options_.unknown == OnUnknown::fail && work_->inventory->outside() > 0)
        throw Error(work_->inventory->outsideText(),
                    "name their folders under 'kinds', or set 'unknown: warn' to leave them out");
    for (const std::string& name : work_->inventory->staging())
        work_->context.setAside(work_->bucket.shown(name), storage::unfinishedRestore);
    catalog.entryKinds = work_->inventory->totals();
    catalog.warnings = work_->inventory->warnings();
}

bool S3Source::next(Item& item) {
    if (!work_->entries)
        work_->entries = std::make_unique<ObjectEntries>(
            work_->bucket, keys_, layout_, *work_->inventory,
            storage::ReadChoice{options_.onUnreadable, options_.onChanged}, work_->context);
    Entry entry;
    if (work_->entries->next(entry)) {
        item = std::move(entry);
        return true;
    }
    if (!std::exchange(work_->told, true) && work_->inventory->unfit() > 0)
        work_->context.setAside(work_->bucket.shown(keys_.root()),
                                storage::counted(work_->inventory->unfit(), "object is", "objects are") +
                                    " left out, whose keys are no paths; the warnings name them");
    return false;
}

}  // namespace roost::s3
