// What a pipeline says about a folder of users' files.
#pragma once

#include <cstdint>
#include <string>

#include "lib/storage/layout.hpp"
#include "roost/option_table.hpp"

namespace roost::storage {

enum class OnUnknown : std::uint8_t { warn, fail };
enum class OnUnreadable : std::uint8_t { fail, skip };
enum class OnChanged : std::uint8_t { warn, fail };

struct FilesOptions {
    Location url;
    TextMap kinds = defaultKinds();
    OnUnknown unknown = OnUnknown::warn;
    OnUnreadable onUnreadable = OnUnreadable::fail;
    OnChanged onChanged = OnChanged::warn;
};

/// Throws roost::Error that names the file where the options, or the kind of error, don't let the run go on.
void refuseUnreadable(const FilesOptions& options, const std::string& name, int error);

}  // namespace roost::storage
