// Source `archive` for zip: a backup, wherever its url leads.
#pragma once

#include "lib/backup/backup_source.hpp"

namespace roost {

class ZipSource final : public backup::BackupSource {
public:
    static PluginInfo info();
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics);
    static ArchiveSummary inspect(const Options& options, Context& context);
    static ArchiveSummary verify(const Options& options, Context& context);

    explicit ZipSource(Options options);
};

}  // namespace roost
