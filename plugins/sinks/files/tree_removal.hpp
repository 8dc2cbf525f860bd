// Removes a folder with all that lies in it.
#pragma once

#include <string>

namespace roost::storage {

/// Removes `name` of the open folder `root` with all that lies in it, however deep. Links are removed, never
/// followed. Nothing where it isn't there. Throws roost::Error that names what stays.
void removeTree(int root, const std::string& name);

}  // namespace roost::storage
