#include "lib/archive/entry_ledger.hpp"

#include <algorithm>

namespace roost::archive {

namespace {

/// Behind the name: two NULs, the kind, and a number that keeps equal names apart.
constexpr std::size_t suffixBytes = 2 + 1 + sizeof(std::uint64_t);
constexpr char folderMark = 'd';

}  // namespace

// With NUL for '/', what lies below a name follows directly behind it.
void EntryLedger::add(std::string_view name, bool folder) {
    key_.assign(name);
    std::replace(key_.begin(), key_.end(), '/', '\0');
    key_.append(2, '\0').push_back(folder ? folderMark : 'f');
    for (unsigned shift = 64; shift != 0;)
        key_.push_back(static_cast<char>(number_ >> (shift -= 8U) & 0xFFU));
    ++number_;
    names_.add(key_);
}

std::string EntryLedger::conflict(std::string& name) {
    std::string found;
    std::string last;
    bool lastIsFolder = true;
    const auto see = [&](std::string_view key) {
        if (!found.empty()) return;
        const std::string_view plain = key.substr(0, key.size() - suffixBytes);
        const bool folder = key[plain.size() + 2] == folderMark;
        const bool below = plain.size() > last.size() && plain[last.size()] == '\0';
        if (!last.empty() && plain.starts_with(last) &&
            (plain.size() == last.size() || (below && !lastIsFolder))) {
            found = plain.size() != last.size() ? "lies in a folder that is a file in the archive, too"
                    : folder == lastIsFolder    ? "is there twice"
                                                : "is both a file and a folder";
            name = plain;
            std::replace(name.begin(), name.end(), '\0', '/');
        }
        last = plain;
        lastIsFolder = folder;
    };
    names_.forEach(see);
    return found;
}

}  // namespace roost::archive
