#include "sources/tar_gz/tar_gz_source.hpp"

#include <utility>

#include "roost/version.hpp"

namespace roost {

namespace {

constexpr archive::Format served = archive::Format::tarGz;

}  // namespace

PluginInfo TarGzSource::info() {
    return {.name = "tar-gz",
            .version = std::string(version()),
            .description = "Reads a backup that roost or Aviary wrote, and checks every byte of it",
            .role = "archive",
            .serves = openpgp::withEncrypted({"tar.gz", "tgz"})};
}

void TarGzSource::check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
    BackupSource::check(options, settings, info().name, diagnostics);
}

ArchiveSummary TarGzSource::inspect(const Options& options, Context& context) {
    return BackupSource::inspect(options, served, context);
}

ArchiveSummary TarGzSource::verify(const Options& options, Context& context) {
    return BackupSource::verify(options, served, context);
}

TarGzSource::TarGzSource(Options options) : BackupSource(std::move(options), served) {}

}  // namespace roost
