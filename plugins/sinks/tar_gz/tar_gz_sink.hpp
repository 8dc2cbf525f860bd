// Sink `archive` for tar.gz: one archive, wherever its url leads.
#pragma once

#include <memory>
#include <string>

#include "lib/backup/backup_sink.hpp"

namespace roost {

class TarGzSink final : public backup::BackupSink {
public:
    struct Options : backup::BackupSinkOptions {
        unsigned threads = 0;
    };

    static PluginInfo info();
    static const OptionTable<Options>& options();
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics);
    static std::string recover(const std::string& record, Decision decision, Context& context);

    explicit TarGzSink(const Options& options) : BackupSink(options), options_(options) {}

private:
    [[nodiscard]] std::unique_ptr<stream::ContainerWriter> makeContainer(stream::ByteTarget& target,
                                                                         Context& context) const override;
    [[nodiscard]] std::string nameWarning(const std::string& name) const override;

    Options options_;
};

}  // namespace roost
