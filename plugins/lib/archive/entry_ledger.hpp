// Whether the names of an archive can all stand beside each other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "lib/archive/sorted_spool.hpp"

namespace roost::archive {

/// Takes the names of an archive's members, of any number, and finds those that are there twice and files
/// that stand where another member needs a folder. Keeps them in an unlinked temporary file.
class EntryLedger {
public:
    explicit EntryLedger(std::filesystem::path temporaryFolder) : names_(std::move(temporaryFolder)) {}

    void add(std::string_view name, bool folder);
    /// A conflict that was found, as what follows "its entry '" in a message; "" where there is none.
    /// `name` gets the member's.
    [[nodiscard]] std::string conflict(std::string& name);

private:
    SortedSpool names_;
    std::string key_;
    std::uint64_t number_ = 0;
};

}  // namespace roost::archive
