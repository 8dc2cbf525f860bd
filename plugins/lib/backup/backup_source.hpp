// What the sources of the role `archive` share: a backup that roost or Aviary wrote, wherever its url leads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/archive/archive_input.hpp"
#include "lib/archive/backup_reader.hpp"
#include "lib/archive/content_rules.hpp"
#include "lib/openpgp/encrypted_name.hpp"
#include "lib/openpgp/key_options.hpp"
#include "lib/stream/byte_input.hpp"
#include "lib/transport/transport.hpp"
#include "lib/transport/transport_options.hpp"
#include "roost/plugin.hpp"

namespace roost::backup {

struct BackupSourceOptions : transport::TransportOptions {
    std::string applicationVersion = "unknown";
    TextMap fileColumns = archive::aviaryFileColumns();
    TextMap contentColumns = archive::aviaryContentColumns();
    std::uint64_t maxEntries = archive::BackupLimits{}.maxEntries;
    std::uint64_t maxSize = archive::BackupLimits{}.maxSize;
    std::uint64_t maxValue = archive::BackupLimits{}.maxValue;
    std::uint64_t maxDepth = archive::BackupLimits{}.maxDepth;
    std::uint64_t maxMetadata = archive::BackupLimits{}.maxMetadata;
    std::vector<openpgp::DecryptOptions> decrypt;
};

/// A plugin derives from it and says which format it serves.
class BackupSource : public Source {
public:
    using Options = BackupSourceOptions;

    static const OptionTable<Options>& options();

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

protected:
    BackupSource(Options options, archive::Format format);

    /// Beyond single values: the url, and the patterns of the columns that speak of files.
    static void check(const Options& options, const Node& settings, std::string_view plugin,
                      Diagnostics& diagnostics);
    static ArchiveSummary inspect(const Options& options, archive::Format format, Context& context);
    static ArchiveSummary verify(const Options& options, archive::Format format, Context& context);

private:
    [[nodiscard]] std::unique_ptr<archive::BackupReader> openAgain() const;

    Options options_;
    archive::Format format_;
    std::unique_ptr<transport::Transport> transport_;
    Context* context_ = nullptr;
    std::shared_ptr<stream::RepeatableInput> input_;
    std::unique_ptr<archive::BackupReader> backup_;
    std::shared_ptr<const OwnerChoice> owners_;  ///< null for all
    bool toldFindings_ = false;
};

}  // namespace roost::backup
