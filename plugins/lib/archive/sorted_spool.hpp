// A set of texts of any number, in order, in little memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scratch/scratch_file.hpp"

namespace roost::archive {

/// Takes texts in any order and gives each of them once, sorted by bytes. What does not fit into memory goes
/// sorted to an unlinked temporary file. Used by one thread.
class SortedSpool {
public:
    /// `memory` bytes of texts are kept before they are written out.
    explicit SortedSpool(std::filesystem::path temporaryFolder, std::size_t memory = std::size_t{1} << 20U)
        : scratch_(std::move(temporaryFolder)), limit_(memory) {}

    /// Throws roost::Error where the temporary folder takes no more.
    void add(std::string_view text);
    /// Calls `visit` with each text; the view is valid during the call. May be called again.
    void forEach(const std::function<void(std::string_view)>& visit);
    /// How many different texts there are. Reads them once.
    [[nodiscard]] std::uint64_t count();

private:
    /// A sorted part of the temporary file.
    struct Run {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        unsigned level = 0;  ///< how often its texts were merged
    };
    class Cursor;

    void spill();
    void mergeLastRuns();
    void merge(const std::vector<Run>& runs, bool withMemory,
               const std::function<void(std::string_view)>& visit);

    ScratchFile scratch_;
    std::size_t limit_;
    std::set<std::string, std::less<>> held_;
    std::size_t heldBytes_ = 0;
    std::vector<Run> runs_;
};

}  // namespace roost::archive
