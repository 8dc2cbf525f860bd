// The units of a restore into a storage folder: each user's folder of each kind is exchanged as a whole.
#pragma once

#include <cstdint>
#include <string>

#include "lib/storage/file_descriptor.hpp"

namespace roost::storage {

/// One user's folder of one kind that is to be exchanged or, where nothing was staged for it, taken away.
struct Unit {
    std::size_t kind = 0;  ///< position in the layout's kinds
    std::string owner;
    std::uint64_t inode = 0;  ///< of the staged folder; 0 for none
};

/// The list of units in a file of the staging folder: written once, complete before anything is exchanged.
/// However many units there are, one is in memory at a time.
class UnitList {
public:
    /// Makes the list in the open folder `staging`. Throws roost::Error.
    explicit UnitList(int staging);
    void add(const Unit& unit);
    /// On disk when this returns.
    void finish();

private:
    void flush();

    FileDescriptor file_;
    std::string buffer_;
};

/// Whether the staging folder has a list. It goes first when all units are in place: what is left of the
/// folder then only has to be removed.
[[nodiscard]] bool hasUnitList(int staging);
/// Removes the list. Throws roost::Error.
void removeUnitList(int staging);

/// Reads a list back. Throws roost::Error where it cannot be read.
class UnitListReader {
public:
    explicit UnitListReader(int staging);
    /// False at the end.
    [[nodiscard]] bool next(Unit& unit);

private:
    [[nodiscard]] bool field(std::string& text);

    FileDescriptor file_;
    std::string buffer_;
    std::size_t at_ = 0;
    bool ended_ = false;
};

}  // namespace roost::storage
