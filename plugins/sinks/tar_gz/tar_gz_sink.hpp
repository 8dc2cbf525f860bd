// The sink `archive` for tar.gz: one file, or standard output.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/archive/backup_writer.hpp"
#include "lib/stream/partial_file.hpp"
#include "roost/plugin.hpp"

namespace roost {

class TarGzSink final : public Sink {
public:
    struct Options {
        Location url;
        int level = 2;
        stream::OnExisting onExisting = stream::OnExisting::fail;
        archive::OnChanged onChanged = archive::OnChanged::warn;
        std::string usersTable = "users";
        std::string apiKeysTable = "api_keys";
        std::string applicationVersion = "unknown";
        std::string applicationCommit = "unknown";
        unsigned threads = 0;
    };

    static PluginInfo info();
    static const OptionTable<Options>& options();
    /// Beyond single values: the url's scheme.
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics);
    static std::string recover(const std::string& record, Context& context);

    explicit TarGzSink(Options options) : options_(std::move(options)) {}

    Acceptance accept(const Catalog& catalog, Context& context) override;
    void begin(const Catalog& catalog, Context& context) override;
    void write(Item& item) override { writer_->write(item); }
    void prepare() override;
    void commit() override;
    void abort() noexcept override;
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> summary() const override;

private:
    [[nodiscard]] bool toStandardOutput() const {
        return options_.url.scheme() == "-" || options_.url.path() == "-";
    }
    void refuseBadTarget(Acceptance& acceptance) const;
    std::unique_ptr<stream::ByteTarget> openTarget(Context& context) const;

    Options options_;
    std::unique_ptr<stream::ByteTarget> target_;
    std::unique_ptr<archive::BackupWriter> writer_;  // destroyed before what it writes to
    std::uint64_t size_ = 0;
};

}  // namespace roost
