// roost verify: reads every byte of a backup.
#include "cli/archive_verb.hpp"

namespace roost::cli {

void addVerify(CommandLine& line) {
    addArchiveVerb(
        line, Inspection::verify, "verify",
        "Reads every byte of a backup: compression, tar, checksums, JSON, and the counts that it states",
        {"roost verify backup.tar.gz", "ssh server cat backup.tar.gz | roost verify - --format tar.gz"});
}

}  // namespace roost::cli
