// The sink `archive` for tar.gz: one archive, wherever its url leads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/archive/backup_writer.hpp"
#include "lib/transport/transport.hpp"
#include "lib/transport/transport_options.hpp"
#include "roost/plugin.hpp"

namespace roost {

class TarGzSink final : public Sink {
public:
    struct Options : transport::TargetOptions {
        int level = 2;
        archive::OnChanged onChanged = archive::OnChanged::warn;
        std::string usersTable = "users";
        std::string apiKeysTable = "api_keys";
        std::string applicationVersion = "unknown";
        std::string applicationCommit = "unknown";
        unsigned threads = 0;
    };

    static PluginInfo info();
    static const OptionTable<Options>& options();
    /// Beyond single values: the url.
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics);
    static std::string recover(const std::string& record, Context& context);

    explicit TarGzSink(Options options);

    Acceptance accept(const Catalog& catalog, Context& context) override;
    void begin(const Catalog& catalog, Context& context) override;
    void write(Item& item) override { writer_->write(item); }
    void prepare() override;
    void commit() override;
    void abort() noexcept override;
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> summary() const override;

private:
    Options options_;
    std::unique_ptr<transport::Transport> transport_;
    std::unique_ptr<stream::ByteTarget> target_;
    std::unique_ptr<stream::ContainerWriter> archive_;
    std::unique_ptr<archive::BackupWriter> writer_;  // destroyed before what it writes to
    std::uint64_t size_ = 0;
};

}  // namespace roost
