// What a pipeline says about files that cannot be read as they were listed.
#pragma once

#include <cstdint>
#include <string>

namespace roost::storage {

enum class OnUnreadable : std::uint8_t { fail, skip };
enum class OnChanged : std::uint8_t { warn, fail };

struct ReadChoice {
    OnUnreadable onUnreadable = OnUnreadable::fail;
    OnChanged onChanged = OnChanged::warn;
};

/// Throws roost::Error that names the file where the choice, or the kind of error, doesn't let the run go on.
void refuseUnreadable(OnUnreadable choice, const std::string& name, int error);

}  // namespace roost::storage
