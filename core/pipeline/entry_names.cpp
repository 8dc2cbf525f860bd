#include "pipeline/entry_names.hpp"

namespace roost {

namespace {

std::string told(const NameConflict& conflict) {
    switch (conflict.kind) {
        case NameConflict::Kind::twice:
            return conflict.name + " twice";
        case NameConflict::Kind::fileAndFolder:
            return conflict.name + " as a file and as a folder";
        case NameConflict::Kind::belowFile:
            break;
    }
    return conflict.other + " as a file, and " + conflict.name + " below it";
}

}  // namespace

void EntryNames::given(std::size_t source) {
    if (given_.size() <= source) given_.resize(source + 1);
    ++given_[source];
}

void EntryNames::leaves(const Entry& entry, std::uint64_t number, bool renamed) {
    name_.assign(entry.kind).append(1, '/').append(entry.owner);
    if (!entry.path.empty()) name_.append(1, '/').append(entry.path);
    ledger_.add(name_, entry.type == EntryType::folder, number * 2 + (renamed ? 1 : 0));
}

std::optional<EntryNameFault> EntryNames::fault() {
    const auto conflict = ledger_.conflict();
    if (!conflict) return std::nullopt;
    return EntryNameFault{(conflict->first & 1U) != 0 || (conflict->second & 1U) != 0,
                          sourceOf(conflict->second / 2), sourceOf(conflict->first / 2), told(*conflict)};
}

std::size_t EntryNames::sourceOf(std::uint64_t number) const {
    std::size_t source = 0;
    while (source + 1 < given_.size() && number >= given_[source]) number -= given_[source++];
    return source;
}

}  // namespace roost
