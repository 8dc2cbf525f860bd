// roost inspect: what is in a backup.
#include "cli/archive_verb.hpp"

namespace roost::cli {

void addInspect(CommandLine& line) {
    addArchiveVerb(line, Inspection::inspect, "inspect",
                   "Shows what is in a backup: metadata, tables, users, files, warnings",
                   {"roost inspect backup.tar.gz", "roost inspect backup.tar.gz --json | jq .metadata"});
}

}  // namespace roost::cli
