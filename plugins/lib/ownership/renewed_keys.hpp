// New keys for the rows of a user who is copied.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "lib/ownership/owner_list.hpp"
#include "roost/batch.hpp"
#include "roost/types.hpp"

namespace roost::ownership {

/// The keys of the copied rows of one table, and what they become: uuids (RFC 4122, version 5) and other
/// generated texts follow from the old key and the copy's name, so that a copy made twice is the same one;
/// numbers move up to those that are free. Filled first, by note(). One thread.
class RenewedKeys {
public:
    /// `as` is the copy's name; many keys go to an unlinked file in `temporaryFolder`. `shown` ("table
    /// documents") is for messages.
    RenewedKeys(std::string as, std::string shown, const std::filesystem::path& temporaryFolder)
        : as_(std::move(as)), shown_(std::move(shown)), keys_(temporaryFolder) {}

    /// A key of a row that is copied. Throws roost::Error where no other can be made of it.
    void note(const Cell& key, const LogicalType& type);
    [[nodiscard]] bool hasNumbers() const noexcept { return lowest_.has_value(); }
    /// The lowest number becomes `first`, the others keep their distance. Throws roost::Error where the
    /// highest would not fit `type`.
    void startAt(std::int64_t first, const LogicalType& type);
    /// The new key where `cell` is one that was noted, else the same cell. What it points to lies in `arena`.
    [[nodiscard]] Cell renewed(const Cell& cell, const LogicalType& type, Batch& arena) const;

private:
    [[nodiscard]] std::string renewedText(const std::string& old) const;

    std::string as_;
    std::string shown_;
    OwnerList keys_;
    std::optional<std::int64_t> lowest_;
    std::int64_t highest_ = 0;
    std::int64_t distance_ = 0;
};

}  // namespace roost::ownership
