#include "tar_gz_sink.hpp"

#include "lib/stream/tar_gz.hpp"
#include "roost/version.hpp"

namespace roost {

PluginInfo TarGzSink::info() {
    return {.name = "tar-gz",
            .version = std::string(version()),
            .description = "Writes a backup as one gzip'd tar that Aviary, tar and roost can restore",
            .role = "archive",
            .serves = openpgp::withEncrypted({"tar.gz", "tgz"})};
}

const OptionTable<TarGzSink::Options>& TarGzSink::options() {
    static const auto table = [] {
        OptionTable<Options> declared;
        backup::addBackupSinkOptions(declared, info().serves.front());
        declared.integer("threads", &Options::threads, "Threads that compress; 0 for one a processor.")
            .range(0, 16);
        return declared;
    }();
    return table;
}

void TarGzSink::check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
    BackupSink::check(options, settings, info().name, diagnostics);
}

std::unique_ptr<stream::ContainerWriter> TarGzSink::makeContainer(stream::ByteTarget& target,
                                                                  Context& context) const {
    const stream::GzipOptions gzip{.level = options_.level, .threads = options_.threads};
    return std::make_unique<stream::TarGzWriter>(target, gzip, context.stopToken());
}

std::string TarGzSink::nameWarning(const std::string& name) const {
    if (name.empty() || name.ends_with(".tar.gz") || name.ends_with(".tgz")) return {};
    return "Aviary restores only archives whose names end in .tar.gz or .tgz";
}

std::string TarGzSink::recover(const std::string& record, Decision decision, Context& context) {
    return BackupSink::recover(record, decision, info().name, context);
}

}  // namespace roost

ROOST_PLUGIN(roost::TarGzSink)
