// An archive that roost did not write, as the items of a pipeline: as many passes over it as its order asks
// for.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/archive/archive_input.hpp"
#include "lib/archive/backup_reader.hpp"
#include "lib/archive/foreign_scan.hpp"

namespace roost::archive {

/// Reads the archive once to know what it holds, and then again: tables with parents before children, and
/// files behind all tables, wherever they stand.
class ForeignBackup final : public BackupReader {
public:
    ForeignBackup(std::shared_ptr<ArchiveInput> input, BackupReading reading, Context& context);

private:
    bool advance(Item& item) override;
    void tableEnded(std::size_t table, std::uint64_t rows) override;
    void memberEnded(const MemberInfo& member, const std::string& hexDigest) override;

    void startPass();
    [[nodiscard]] bool isPast(std::uint64_t position) const;
    [[nodiscard]] Error changed() const;
    bool findTable(Item& item);
    bool findEntry(Item& item);
    void finish();

    std::unique_ptr<ArchiveReader> reader_;
    ForeignContent content_;
    std::vector<std::size_t> order_;  // of the catalog's tables
    std::size_t table_ = 0;           // position in order_
    bool atEntries_ = false;
    std::uint64_t files_ = 0;
    std::uint64_t folders_ = 0;
    std::uint64_t bytes_ = 0;
};

}  // namespace roost::archive
