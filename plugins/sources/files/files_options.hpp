// What a pipeline says about a folder of users' files.
#pragma once

#include <cstdint>
#include <string>

#include "lib/storage/layout.hpp"
#include "lib/storage/read_choice.hpp"
#include "roost/option_table.hpp"

namespace roost::storage {

enum class OnUnknown : std::uint8_t { warn, fail };

struct FilesOptions {
    Location url;
    TextMap kinds = defaultKinds();
    OnUnknown unknown = OnUnknown::warn;
    OnUnreadable onUnreadable = OnUnreadable::fail;
    OnChanged onChanged = OnChanged::warn;

    [[nodiscard]] ReadChoice choice() const { return {onUnreadable, onChanged}; }
};

}  // namespace roost::storage
