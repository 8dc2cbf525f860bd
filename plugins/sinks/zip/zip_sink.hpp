// Sink `archive` for zip: one archive, wherever its url leads.
#pragma once

#include <memory>
#include <string>

#include "lib/backup/backup_sink.hpp"

namespace roost {

class ZipSink final : public backup::BackupSink {
public:
    struct Options : backup::BackupSinkOptions {};

    static PluginInfo info();
    static const OptionTable<Options>& options();
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics);
    static std::string recover(const std::string& record, Decision decision, Context& context);

    explicit ZipSink(const Options& options) : BackupSink(options), options_(options) {}

private:
    [[nodiscard]] std::unique_ptr<stream::ContainerWriter> makeContainer(stream::ByteTarget& target,
                                                                         Context& context) const override;
    [[nodiscard]] std::string nameWarning(const std::string& name) const override;

    Options options_;
};

}  // namespace roost
