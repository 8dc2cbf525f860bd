#include "cli/temporary_folder.hpp"

#include <unistd.h>

#include <cstdlib>

namespace roost::cli {

std::filesystem::path temporaryFolder() {
    if (const char* folder = std::getenv("TMPDIR"); folder != nullptr && *folder != '\0') return folder;
    return ::access("/var/tmp", W_OK | X_OK) == 0 ? "/var/tmp" : "/tmp";
}

}  // namespace roost::cli
