#include "sources/s3/object_inventory.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "roost/error.hpp"

namespace roost::s3 {

namespace {

template <class Number>
Number number(std::string_view text) {
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        throw Error("the temporary list of objects is damaged");
    return value;
}

std::string_view field(std::string_view& rest, char end) {
    const std::size_t length = std::min(rest.find(end), rest.size());
    const std::string_view value = rest.substr(0, length);
    rest.remove_prefix(std::min(length + 1, rest.size()));
    return value;
}

}  // namespace

ObjectInventory::ObjectInventory(const Bucket& bucket, const KeyLayout& keys, const storage::Layout& layout,
                                 storage::NameStore& store, storage::Watch& watch, const OwnerChoice* owners)
    : bucket_(bucket),
      keys_(keys),
      layout_(layout),
      watch_(watch),
      owners_(owners),
      names_(store),
      lastOwner_(layout.kinds().size()) {
    for (const storage::KindFolder& kind : layout.kinds()) totals_.push_back({.kind = kind.kind});
}

void ObjectInventory::take() {
    bucket_.list(keys_.root(), [this](ListedObject&& object) {
        watch_.step();
        sort(std::move(object));
    });
    names_.finish();
}

void ObjectInventory::sort(ListedObject&& object) {
    const KeyPlace place = keys_.place(object.key);
    if (owners_ != nullptr && place.meaning != KeyMeaning::staging) {
        const std::string_view rest = std::string_view(object.key).substr(keys_.root().size());
        if (!owners_->contains(rest.substr(0, rest.find('/')))) return;
    }
    switch (place.meaning) {
        case KeyMeaning::file:
            return keep(place, object);
        case KeyMeaning::folder:
            if (object.size == 0) return keep(place, object);
            unfit_.add(bucket_.shown(object.key));
            return;
        case KeyMeaning::unfit:
            unfit_.add(bucket_.shown(object.key));
            return;
        case KeyMeaning::outside:
            if (object.key.ends_with('/') && object.size == 0) return;  // a folder with nothing of its own
            outside_.add(bucket_.shown(object.key));
            outsideBytes_ += object.size;
            return;
        case KeyMeaning::staging:
            staging_.insert(keys_.top(object.key));
            return;
    }
}

/// After the path, whose bytes decide the order, a NUL: it comes before all that a path may hold.
void ObjectInventory::keep(const KeyPlace& place, const ListedObject& object) {
    countOwner(place);
    EntryKindTotals& totals = totals_[place.kind];
    const bool folder = place.meaning == KeyMeaning::folder;
    ++(folder ? totals.folders : totals.files);
    totals.bytes += object.size;
    std::string name = layout_.kinds()[place.kind].kind + "/" + place.owner + "/" + place.path;
    if (folder && !place.path.empty()) name += '/';
    name += '\0' + std::string(folder ? "d" : "f") + std::to_string(object.size) + '\0' +
            std::to_string(object.modifiedNanoseconds) + '\0' + object.etag;
    names_.add(name, storage::NodeType::file);
}

/// The list has an owner's keys of a kind one after the other.
void ObjectInventory::countOwner(const KeyPlace& place) {
    if (lastOwner_[place.kind] == place.owner) return;
    lastOwner_[place.kind] = place.owner;
    ++totals_[place.kind].users;
}

std::string ObjectInventory::outsideText() const {
    return "left out, because no kind of file has them (" +
           storage::counted(outside_.count(), "object", "objects") + ", " +
           storage::shownSize(outsideBytes_) + "): " + outside_.text();
}

std::vector<std::string> ObjectInventory::warnings() const {
    std::vector<std::string> warnings;
    if (outside_.count() > 0) warnings.push_back(outsideText());
    for (const std::string& name : unfit_.names())
        warnings.push_back(name + " is left out: its key is no path of a file");
    if (unfit_.unnamed() > 0)
        warnings.push_back(std::to_string(unfit_.unnamed()) +
                           " more objects whose keys are no paths are left out");
    return warnings;
}

std::optional<FoundObject> ObjectInventory::next() {
    const auto node = names_.next();
    if (!node) return std::nullopt;
    std::string_view rest = node->name;
    const std::string_view kind = field(rest, '/');
    FoundObject object;
    const auto& kinds = layout_.kinds();
    object.kind =
        static_cast<std::size_t>(std::ranges::find(kinds, kind, &storage::KindFolder::kind) - kinds.begin());
    object.owner = field(rest, '/');
    object.path = field(rest, '\0');
    std::string_view size = field(rest, '\0');
    object.folder = size.starts_with('d');
    size.remove_prefix(1);
    object.size = number<std::uint64_t>(size);
    object.modifiedNanoseconds = number<std::int64_t>(field(rest, '\0'));
    object.etag = rest;
    if (object.path.ends_with('/')) object.path.pop_back();
    return object;
}

}  // namespace roost::s3
