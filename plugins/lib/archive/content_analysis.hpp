// Tables held against files: what one names and the other does not have.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/archive/content_rules.hpp"
#include "lib/archive/sorted_spool.hpp"
#include "lib/stream/sha256.hpp"
#include "roost/batch.hpp"
#include "roost/catalog.hpp"

namespace roost::archive {

/// Takes the rows and files of a backup and finds rows whose file is missing, files that no row names, and
/// columns that hold something else than the file that they are a copy of. Keeps names and digests in
/// unlinked temporary files. One thread.
class ContentAnalysis {
public:
    /// Rules of tables, columns and kinds that the catalog does not have do not count.
    ContentAnalysis(const ContentRules& rules, const Catalog& catalog,
                    const std::filesystem::path& temporaryFolder);

    void addRows(const Batch& batch);
    void addFile(std::string_view kind, std::string_view owner, std::string_view path,
                 std::string_view hexDigest);
    /// Whether addFile() needs the file's digest.
    [[nodiscard]] bool wantsDigest(std::string_view kind, std::string_view path) const noexcept;
    /// A sentence for each sort of difference, which names the first few and counts the others.
    [[nodiscard]] std::vector<std::string> finish();

private:
    struct Naming {
        FileColumn rule;
        TableId table = 0;
        std::size_t column = 0;
        SortedSpool names;
    };
    struct Copying {
        ContentColumn rule;
        TableId table = 0;
        std::size_t column = 0;
        std::size_t key = 0;
        LogicalType keyType;
        SortedSpool digests;
    };

    static void addNamed(Naming& naming, std::string_view value);
    void addCopy(Copying& copying, const Cell& key, const Cell& value);
    static void compareNames(Naming& naming, std::vector<std::string>& sentences);
    static void compareCopies(Copying& copying, std::vector<std::string>& sentences);

    std::vector<Naming> namings_;
    std::vector<Copying> copyings_;
    stream::Sha256 hash_;
    std::string text_;
};

}  // namespace roost::archive
