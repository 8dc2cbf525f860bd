// One folder's names in order, however many there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scratch/scratch_file.hpp"

namespace roost::storage {

enum class NodeType : std::uint8_t { file, folder, link, special };

struct NamedNode {
    std::string_view name;
    NodeType type = NodeType::file;
};

/// Whether `a` comes before `b` in a listing by the bytes of full paths: what lies in a folder has a '/'
/// behind the folder's name, so "a-b" comes before the folder "a".
[[nodiscard]] bool pathOrder(const NamedNode& a, const NamedNode& b) noexcept;

/// The memory and the temporary file that the folders of one walk share. Lists of names take from it like
/// from a stack: the one made last goes first.
class NameStore {
public:
    struct Limits {
        std::size_t sorting = std::size_t{4} << 20U;   ///< bytes of names that are sorted at once
        std::size_t resident = std::size_t{8} << 20U;  ///< bytes of names of all open folders together
    };

    explicit NameStore(std::filesystem::path temporaryFolder, Limits limits = {4U << 20U, 8U << 20U})
        : scratch_(std::move(temporaryFolder)), limits_(limits) {}
    NameStore(const NameStore&) = delete;
    NameStore& operator=(const NameStore&) = delete;

private:
    friend class SortedNames;
    ScratchFile scratch_;
    Limits limits_;
    std::size_t resident_ = 0;
};

/// Takes the names of one folder in any order and gives them back in pathOrder(). Names that would take too
/// much memory are sorted in parts, which go to the store's temporary file and are merged from there.
class SortedNames {
public:
    /// `store` must outlive the list.
    explicit SortedNames(NameStore& store);
    ~SortedNames();
    SortedNames(const SortedNames&) = delete;
    SortedNames& operator=(const SortedNames&) = delete;

    /// `name` has 1 to 65535 bytes.
    void add(std::string_view name, NodeType type);
    /// After the last add(), once.
    void finish();
    /// After finish(): the next name, valid until the next call; nothing at the end.
    [[nodiscard]] std::optional<NamedNode> next();

private:
    /// A sorted part in the temporary file.
    struct Run {
        std::uint64_t at = 0;
        std::uint64_t end = 0;
        std::string buffer;
        std::size_t used = 0;
        NamedNode current;
    };

    [[nodiscard]] NamedNode node(std::size_t offset) const noexcept;
    /// The heap's order: the run with the first name is at its front.
    [[nodiscard]] auto laterRun() const;
    void sort();
    void spill();
    bool advance(Run& run);
    void fill(Run& run, std::size_t bytes);

    NameStore& store_;
    std::uint64_t scratchStart_;
    std::size_t held_ = 0;
    std::string records_;
    std::vector<std::uint32_t> offsets_;
    std::size_t position_ = 0;
    std::vector<Run> runs_;
    std::vector<std::size_t> heap_;
    std::optional<std::size_t> given_;
};

}  // namespace roost::storage
