#include "sinks/s3/present_objects.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::s3 {

namespace {

using storage::counted;
using storage::FilesMode;
using storage::shownName;

/// Names that come in order, to be asked for in order.
class Ascending {
public:
    explicit Ascending(storage::SortedNames& names) : names_(names) { advance(); }
    /// `name` is not before the one that was asked for last.
    bool contains(std::string_view name) {
        while (current_ && *current_ < name) advance();
        return current_ && *current_ == name;
    }

private:
    void advance() {
        const auto node = names_.next();
        current_ = node ? std::optional(std::string(node->name)) : std::nullopt;
    }

    storage::SortedNames& names_;
    std::optional<std::string> current_;
};

bool isObject(const KeyPlace& place) {
    return place.meaning == KeyMeaning::file || place.meaning == KeyMeaning::folder;
}

void refusePart(const std::vector<EntryKindTotals>& protectedKinds, const std::string& kind,
                const std::string& present, Acceptance& acceptance) {
    const auto found = std::ranges::find(protectedKinds, kind, &EntryKindTotals::kind);
    if (found == protectedKinds.end()) return;
    acceptance.refusals.push_back(storage::partRefusal(kind, found->coverage, present));
}

}  // namespace

void PresentObjects::look(const std::vector<EntryKindTotals>& protectedKinds, Acceptance& acceptance,
                          Context& context) const {
    struct Totals {
        std::uint64_t users = 0;
        std::uint64_t files = 0;
        std::uint64_t bytes = 0;
        std::string last;
    };
    std::vector<Totals> totals(layout_.kinds().size());
    std::set<std::string> left;  // few: each is a restore that was killed
    storage::Watch watch(context);
    bucket_.list(keys_.root(), [&](ListedObject&& object) {
        watch.step();
        const KeyPlace place = keys_.place(object.key);
        if (place.meaning == KeyMeaning::staging) left.insert(keys_.top(object.key));
        const bool stays =
            mode_ != FilesMode::replace && chosen_ != nullptr && !chosen_->contains(place.owner);
        if (!isObject(place) || !scope_[place.kind] || stays) return;
        Totals& kind = totals[place.kind];
        if (std::exchange(kind.last, place.owner) != place.owner || kind.users == 0) ++kind.users;
        if (place.meaning == KeyMeaning::file) ++kind.files;
        kind.bytes += object.size;
    });
    for (const std::string& name : left)
        acceptance.refusals.push_back(bucket_.shown(name) +
                                      " is left of an interrupted restore that is not recovered yet, or "
                                      "another restore is running: run "
                                      "'roost recover' with the ROOST_STATE_DIR of that restore; where its "
                                      "journal is lost, remove what is "
                                      "under that key and the bucket's unfinished uploads");
    if (mode_ == FilesMode::add) return;
    for (std::size_t kind = 0; kind < totals.size(); ++kind) {
        if (totals[kind].files == 0) continue;
        const std::string present = counted(totals[kind].files, "file", "files");
        refusePart(protectedKinds, layout_.kinds()[kind].kind, present, acceptance);
        acceptance.destroys.push_back(layout_.kinds()[kind].kind + " of " +
                                      counted(totals[kind].users, "user", "users") + ": " + present + ", " +
                                      storage::shownSize(totals[kind].bytes) +
                                      std::string(storage::partText(mode_, chosen_ != nullptr)));
    }
}

void PresentObjects::listStale(storage::SortedNames& coming, storage::SortedNames& owners, StagedLog& log,
                               Context& context) const {
    if (storage::keepsFiles(mode_)) return;
    // Not every server lists in the order of the bytes.
    storage::NameStore store(context.temporaryFolder());
    storage::Watch watch(context);
    storage::SortedNames present(store);
    bucket_.list(keys_.root(), [&](ListedObject&& object) {
        watch.step();
        const KeyPlace place = keys_.place(object.key);
        if (isObject(place) && scope_[place.kind]) present.add(object.key, storage::NodeType::file);
    });
    present.finish();
    Ascending comes(coming);
    Ascending known(owners);
    while (const auto node = present.next()) {
        watch.step();
        const std::string key(node->name);
        if (comes.contains(key)) continue;
        const std::string_view owner = std::string_view(key).substr(
            keys_.root().size(), key.find('/', keys_.root().size()) + 1 - keys_.root().size());
        const bool comesWithFiles = known.contains(owner);
        const bool chosen = chosen_ != nullptr && chosen_->contains(owner.substr(0, owner.size() - 1));
        if (mode_ == FilesMode::replaceUsers && !comesWithFiles && !chosen) continue;
        log.add(StaleObject{key});
    }
}

}  // namespace roost::s3
