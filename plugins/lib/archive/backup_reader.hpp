// A whole backup, roost's or Aviary's own, as the items of a pipeline.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/archive/archive_input.hpp"
#include "lib/archive/archive_reader.hpp"
#include "lib/archive/content_analysis.hpp"
#include "lib/archive/metadata_reader.hpp"
#include "lib/archive/table_reader.hpp"
#include "lib/storage/watch.hpp"
#include "lib/stream/sha256.hpp"
#include "roost/catalog.hpp"
#include "roost/context.hpp"
#include "roost/item.hpp"

namespace roost::archive {

/// What a hostile archive may take. None of them limits what roost itself writes but maxValue and maxDepth.
struct BackupLimits {
    std::uint64_t maxEntries = 10'000'000;  ///< of an archive that does not tell how many it has
    std::uint64_t maxSize = 0;              ///< bytes of all files; 0: what metadata.json tells of
    std::uint64_t maxValue = std::uint64_t{1} << 30U;
    std::uint64_t maxDepth = 64;
    std::uint64_t maxMetadata = std::uint64_t{256} << 20U;
};

struct BackupReading {
    BackupLimits limits;
    ContentRules rules;
    /// Keep metadata.json and schema.json as they stand, for people.
    bool keepDocuments = false;
    /// The input will be opened once more, so a pipe's bytes are kept.
    bool readAgain = false;
};

/// Gives every table of its catalog once, then files and folders. next() returns false only after every byte
/// was read and everything that can be checked was: an archive that is damaged, cut or hostile ends with a
/// roost::Error that names the member before that. Memory does not grow with the archive. One thread.
class BackupReader {
public:
    virtual ~BackupReader() = default;
    BackupReader(const BackupReader&) = delete;
    BackupReader& operator=(const BackupReader&) = delete;

    [[nodiscard]] const Catalog& catalog() const noexcept { return catalog_; }
    [[nodiscard]] const MetadataDocument& metadata() const noexcept { return metadata_; }
    [[nodiscard]] bool isRoosts() const noexcept { return metadata_.roost.has_value(); }
    /// As BackupReading::keepDocuments says.
    [[nodiscard]] const std::string& metadataJson() const noexcept { return metadataJson_; }
    [[nodiscard]] const std::string& schemaJson() const noexcept { return schemaJson_; }

    /// See Source::next(). An entry's content is valid until the next call.
    bool next(Item& item);
    /// After the end: how tables and files differ, a sentence each.
    [[nodiscard]] const std::vector<std::string>& findings() const noexcept { return findings_; }

protected:
    BackupReader(std::shared_ptr<ArchiveInput> input, BackupReading reading, Context& context)
        : input_(std::move(input)), reading_(std::move(reading)), context_(context), watch_(context) {}

    /// The next item; false at the end, when everything was checked.
    virtual bool advance(Item& item) = 0;
    /// Told at the end of a table, or of a file with its digest ("" where none was wanted).
    virtual void tableEnded(std::size_t table, std::uint64_t rows) = 0;
    virtual void memberEnded(const MemberInfo& member, const std::string& hexDigest) = 0;

    /// After catalog_ is made.
    void beginAnalysis();
    void beginTable(ArchiveReader& reader, const MemberInfo& member, std::size_t table,
                    TableReaderOptions options, Item& item);
    void beginEntry(ArchiveReader& reader, const MemberInfo& member, bool hashed, Entry entry, Item& item);
    /// Goes on with a table, or ends a file. False where neither is open any more.
    bool goOn(Item& item);

    std::shared_ptr<ArchiveInput> input_;
    BackupReading reading_;
    Context& context_;
    storage::Watch watch_;
    Catalog catalog_;
    MetadataDocument metadata_;
    std::string metadataJson_;
    std::string schemaJson_;

private:
    class Content;
    /// The member that is being given.
    struct Open {
        Open();  // not inline: clang wants it before it has seen the whole class
        ArchiveReader* reader = nullptr;
        MemberInfo member;
        bool hashed = true;
        bool over = false;
        std::unique_ptr<TableReader> rows;  // of a table
        std::size_t table = 0;
        std::string kind, owner, path;  // of a file
        std::span<const char> piece;
    };

    void pull();
    bool continueTable(Item& item);
    void endEntry();

    std::optional<Open> open_;
    stream::Sha256 hash_;
    std::unique_ptr<ContentAnalysis> analysis_;
    std::vector<std::string> findings_;
    bool ended_ = false;
};

/// Reads what stands in front, or, of an archive that is not roost's, all of it. Throws roost::Error.
/// `context` must outlive the reader.
[[nodiscard]] std::unique_ptr<BackupReader> openBackup(std::shared_ptr<ArchiveInput> input,
                                                       BackupReading reading, Context& context);

/// The parts of a member's name `filesystem/<kind>/<owner>/<path>`; the path may be empty. Nothing where
/// there are fewer parts.
struct EntryName {
    std::string_view kind;
    std::string_view owner;
    std::string_view path;
};
[[nodiscard]] std::optional<EntryName> entryName(std::string_view member) noexcept;

/// An entry without content.
[[nodiscard]] Entry makeEntry(const MemberInfo& member, const EntryName& name);

}  // namespace roost::archive
