// Whether the names of files and folders can all stand beside each other, however many there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scratch/scratch_file.hpp"

namespace roost {

/// Two names that exclude each other. `first` and `second` are their marks, in the order of adding.
struct NameConflict {
    enum class Kind : std::uint8_t {
        twice,          ///< `name` is there twice
        fileAndFolder,  ///< `name` is both
        belowFile       ///< `name` lies below `other`, which is a file
    };
    Kind kind = Kind::twice;
    std::string name;
    std::string other;
    std::uint64_t first = 0;
    std::uint64_t second = 0;
};

/// Takes names of any number, in any order, and finds those that are there twice and files that stand where
/// another name needs a folder. What does not fit into memory goes sorted to an unlinked temporary file, each
/// name without what it shares with the one before it; names that come in order are neither sorted nor
/// merged. Used by one thread.
class EntryLedger {
public:
    static constexpr std::size_t usualMemory = std::size_t{2} << 20U;

    /// `memory` bytes of names are kept before they are written out.
    explicit EntryLedger(std::filesystem::path temporaryFolder, std::size_t memory = usualMemory)
        : scratch_(std::move(temporaryFolder)), memory_(memory) {}

    /// `name` has '/' between its parts. `mark` comes back with a conflict. Throws roost::Error where the
    /// temporary folder takes no more.
    void add(std::string_view name, bool folder, std::uint64_t mark = 0);
    /// The first conflict in the order of the names; nothing where there is none. After the last add().
    [[nodiscard]] std::optional<NameConflict> conflict();

private:
    /// A name as it is compared: NUL for '/', so that what lies below a name follows directly behind it.
    struct Name {
        std::string_view key;
        bool folder = false;
        std::uint64_t mark = 0;
    };
    /// A sorted part of the temporary file.
    struct Run {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
    };
    class RunWriter;
    class Cursor;
    class Neighbours;

    [[nodiscard]] Name at(std::size_t offset) const noexcept;
    [[nodiscard]] static bool before(const Name& a, const Name& b) noexcept;
    void sort();
    void spill();
    void merge(Neighbours& neighbours);

    ScratchFile scratch_;
    std::size_t memory_;
    std::string records_;
    std::vector<std::size_t> offsets_;
    bool ordered_ = true;      ///< the names in memory came in order
    std::string lastSpilled_;  ///< the last key of the last run
    std::vector<Run> runs_;
};

}  // namespace roost
