#include "sources/zip/zip_source.hpp"

#include <utility>

#include "roost/version.hpp"

namespace roost {

namespace {

constexpr archive::Format served = archive::Format::zip;

}  // namespace

PluginInfo ZipSource::info() {
    return {.name = "zip",
            .version = std::string(version()),
            .description = "Reads a backup that roost wrote as a zip, and checks every byte of it",
            .role = "archive",
            .serves = openpgp::withEncrypted({"zip"})};
}

void ZipSource::check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
    BackupSource::check(options, settings, info().name, diagnostics);
}

ArchiveSummary ZipSource::inspect(const Options& options, Context& context) {
    return BackupSource::inspect(options, served, context);
}

ArchiveSummary ZipSource::verify(const Options& options, Context& context) {
    return BackupSource::verify(options, served, context);
}

ZipSource::ZipSource(Options options) : BackupSource(std::move(options), served) {}

}  // namespace roost
