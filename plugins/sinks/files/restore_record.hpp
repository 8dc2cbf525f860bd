// What the journal keeps of a restore of files.
#pragma once

#include <string>

#include "roost/option_table.hpp"

namespace roost::storage {

struct RestoreRecord {
    std::string root;     ///< absolute path of the storage folder
    std::string staging;  ///< name of the staging folder in it
    bool madeRoot = false;
    bool prepared = false;  ///< the staging folder holds all there is to exchange, and the list of it
    TextMap kinds;          ///< when prepared: the layout that the list speaks of

    /// Gives the staging folder a name of its own.
    void chooseName();
    /// Paths may be any bytes: they are kept in base64.
    [[nodiscard]] std::string toJson() const;
    /// Throws roost::Error for what is no record.
    [[nodiscard]] static RestoreRecord fromJson(const std::string& text);
};

}  // namespace roost::storage
