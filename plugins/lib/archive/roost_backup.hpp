// An archive that roost wrote: everything in it is where and what metadata.json says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/archive/archive_input.hpp"
#include "lib/archive/backup_reader.hpp"
#include "lib/archive/checksum_check.hpp"
#include "lib/archive/sorted_spool.hpp"
#include "scratch/entry_ledger.hpp"

namespace roost::archive {

/// The first member of an archive, if it is a metadata.json.
class RoostHead {
public:
    RoostHead(ArchiveReader& reader, const BackupReading& reading, Context& context)
        : reader_(reader), reading_(reading), users_(context.temporaryFolder()) {}

    /// Whether roost wrote the archive. Then the members below are filled.
    [[nodiscard]] bool read();

private:
    friend class RoostBackup;

    ArchiveReader& reader_;
    const BackupReading& reading_;
    MemberInfo member_;
    std::vector<std::byte> header_;
    MetadataDocument document_;
    std::string text_;
    std::string digest_;
    SortedSpool users_;  // every exported user, with a NUL and a mark behind it
};

/// Streams: nothing is read twice, so a pipe will do.
class RoostBackup final : public BackupReader {
public:
    /// `head` was read from `reader`.
    RoostBackup(std::shared_ptr<ArchiveInput> input, std::unique_ptr<ArchiveReader> reader, RoostHead head,
                BackupReading reading, Context& context);

private:
    struct Kind {
        EntryKindTotals stated;
        EntryKindTotals seen;
        std::string lastOwner;
        std::unique_ptr<SortedSpool> owners;
    };

    bool advance(Item& item) override;
    void tableEnded(std::size_t table, std::uint64_t rows) override;
    void memberEnded(const MemberInfo& member, const std::string& hexDigest) override;

    void checkMetadata() const;
    void readSchemaMember();
    void planTables(const std::vector<std::string>& members);
    void planKinds();
    [[nodiscard]] MemberInfo nextMember();
    void checkGenerated(const MemberInfo& member) const;
    void takeEntry(const MemberInfo& member, Item& item);
    void noteOwner(Kind& kind, std::string_view owner);
    void count(Kind& kind, const MemberInfo& member) const;
    void finish(const MemberInfo& checksums);
    void checkTotals();
    void checkUsers();

    std::unique_ptr<ArchiveReader> reader_;
    ChecksumCheck checksums_;
    EntryLedger ledger_;
    stream::Sha256 headers_;
    std::vector<std::byte> metadataHeader_;
    SortedSpool users_;
    std::int64_t madeSeconds_ = 0;
    std::vector<std::size_t> order_;  // of the catalog's tables, as they stand in the archive
    std::size_t table_ = 0;           // position in order_
    std::map<std::string, Kind, std::less<>> kinds_;
};

}  // namespace roost::archive
