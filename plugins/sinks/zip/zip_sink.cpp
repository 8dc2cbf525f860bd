#include "zip_sink.hpp"

#include "lib/zip/zip_writer.hpp"
#include "roost/version.hpp"

namespace roost {

PluginInfo ZipSink::info() {
    return {.name = "zip",
            .version = std::string(version()),
            .description = "Writes a backup as a zip that roost can restore and every desktop opens",
            .role = "archive",
            .serves = openpgp::withEncrypted({"zip"})};
}

const OptionTable<ZipSink::Options>& ZipSink::options() {
    static const auto table = [] {
        OptionTable<Options> declared;
        backup::addBackupSinkOptions(declared, info().serves.front());
        return declared;
    }();
    return table;
}

void ZipSink::check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
    BackupSink::check(options, settings, info().name, diagnostics);
}

std::unique_ptr<stream::ContainerWriter> ZipSink::makeContainer(stream::ByteTarget& target,
                                                                Context& context) const {
    return std::make_unique<zip::ZipWriter>(target, zip::ZipOptions{.level = options_.level},
                                            context.temporaryFolder(), context.stopToken());
}

std::string ZipSink::nameWarning(const std::string&) const {
    return "Aviary does not restore a zip; roost does";
}

std::string ZipSink::recover(const std::string& record, Decision decision, Context& context) {
    return BackupSink::recover(record, decision, info().name, context);
}

}  // namespace roost

ROOST_PLUGIN(roost::ZipSink)
