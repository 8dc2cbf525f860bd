// Source `archive` for tar.gz: a backup that roost or Aviary wrote, wherever its url leads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/archive/backup_reader.hpp"
#include "lib/archive/content_rules.hpp"
#include "lib/stream/byte_input.hpp"
#include "lib/transport/transport.hpp"
#include "lib/transport/transport_options.hpp"
#include "roost/plugin.hpp"

namespace roost {

class TarGzSource final : public Source {
public:
    struct Options : transport::TransportOptions {
        std::string applicationVersion = "unknown";
        TextMap fileColumns = archive::aviaryFileColumns();
        TextMap contentColumns = archive::aviaryContentColumns();
        std::uint64_t maxEntries = archive::BackupLimits{}.maxEntries;
        std::uint64_t maxSize = archive::BackupLimits{}.maxSize;
        std::uint64_t maxValue = archive::BackupLimits{}.maxValue;
        std::uint64_t maxDepth = archive::BackupLimits{}.maxDepth;
        std::uint64_t maxMetadata = archive::BackupLimits{}.maxMetadata;
    };

    static PluginInfo info();
    static const OptionTable<Options>& options();
    /// Beyond single values: the url, and the patterns of the columns that speak of files.
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics);
    static ArchiveSummary inspect(const Location& archive, Context& context);
    static ArchiveSummary verify(const Location& archive, Context& context);

    explicit TarGzSource(Options options);

    /// In a dry run the archive is read and checked whole first.
    Catalog catalog(Context& context) override;
    bool next(Item& item) override;
    [[nodiscard]] RowAccess rowAccess() const override {
        return input_->repeatable() ? RowAccess::again : RowAccess::once;
    }
    /// Reads the archive from its front until the last of these tables.
    void reread(const std::vector<TableRead>& reads, const RowVisitor& visit) override;
    /// Reads the whole archive to count. How its tables and files differ is told of no one then.
    void chooseOwners(std::shared_ptr<const OwnerChoice> owners, Catalog& catalog) override;

private:
    [[nodiscard]] archive::BackupReading reading() const;
    [[nodiscard]] std::unique_ptr<archive::BackupReader> openAgain() const;

    Options options_;
    std::unique_ptr<transport::Transport> transport_;
    Context* context_ = nullptr;
    std::shared_ptr<stream::RepeatableInput> input_;
    std::unique_ptr<archive::BackupReader> backup_;
    std::shared_ptr<const OwnerChoice> owners_;  ///< null for all
    bool toldFindings_ = false;
};

}  // namespace roost
