// A whole backup in the layout of docs/archive-format.md, in an archive of any format.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/archive/entry_member.hpp"
#include "lib/archive/member_writer.hpp"
#include "lib/archive/metadata.hpp"
#include "lib/archive/sorted_spool.hpp"
#include "lib/archive/table_member.hpp"
#include "lib/storage/shown_name.hpp"
#include "lib/stream/container.hpp"
#include "roost/context.hpp"
#include "roost/stage.hpp"

namespace roost::archive {

struct BackupOptions {
    OnChanged onChanged = OnChanged::warn;
    std::string usersTable = "users";
    std::string apiKeysTable = "api_keys";
    std::string applicationVersion = "unknown";
    std::string applicationCommit = "unknown";
    /// The padded metadata gets the size that belongs to it even where more was reserved, at the price of
    /// moving everything behind it.
    bool reproducible = false;
};

/// Writes tables and files in the order in which they come, metadata.json before them and checksums.sha256
/// behind them. One thread.
class BackupWriter {
public:
    /// What is given by reference must outlive the writer.
    BackupWriter(stream::ContainerWriter& archive, const Catalog& catalog, BackupOptions options,
                 Context& context);
    ~BackupWriter();
    BackupWriter(const BackupWriter&) = delete;
    BackupWriter& operator=(const BackupWriter&) = delete;

    void write(Item& item);
    /// Writes what comes last and fills in what came first. Throws roost::Error where a table is missing.
    void finish();

    [[nodiscard]] const Metadata& metadata() const noexcept { return metadata_; }

private:
    /// What is counted of one kind of files.
    struct KindState {
        KindState(const std::string& kind, const std::filesystem::path& temporaryFolder)
            : owners(temporaryFolder) {
            totals.kind = kind;
        }
        EntryKindTotals totals;
        SortedSpool owners;
        std::string lastOwner;
    };

    void begin(const TableBegin& item);
    void append(const Batch& batch);
    void end(const TableEnd& item);
    void add(const Entry& entry);
    KindState& kindState(const std::string& kind);
    void noteUsers(const Batch& batch);
    void noteOwner(KindState& kind, const Entry& entry);
    void writeSchemaMember();
    void completeMetadata();
    [[nodiscard]] std::uint64_t chooseSize();
    void digestHeaders(std::uint64_t metadataSize);
    void writeChecksums(const std::string& metadataHash);
    template <class Visit>
    void visitMetadata(std::uint64_t padded, Visit visit);
    [[nodiscard]] stream::NewMember generated(std::string_view name, std::uint64_t size) const;

    const Catalog& catalog_;
    BackupOptions options_;
    Context& context_;
    std::vector<std::string> memberNames_;
    std::int64_t seconds_;
    Metadata metadata_;
    SortedSpool users_;
    std::map<std::string, KindState> kinds_;
    storage::NameSample oddNames_;

    stream::ContainerWriter& archive_;
    MemberWriter members_;
    TableMember table_;
    EntryMember entries_;

    std::uint64_t headSize_ = 0;
    const Table* current_ = nullptr;
    std::optional<std::size_t> userKey_;  // of the current table
};

}  // namespace roost::archive
