// Users' files on their way into a storage folder: written where nothing shows yet.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/storage/file_descriptor.hpp"
#include "lib/storage/tree_walk.hpp"
#include "roost/context.hpp"
#include "roost/entry.hpp"
#include "scratch/scratch_file.hpp"

namespace roost::storage {

/// Whom what is written shall belong to; -1 leaves it to the system.
struct Ownership {
    uid_t user = static_cast<uid_t>(-1);
    gid_t group = static_cast<gid_t>(-1);
};

/// What becomes of a file that is there and comes again.
enum class OnSamePath : std::uint8_t {
    replace,  ///< what came takes its place
    compare,  ///< it stays; other bytes under its path are an error
};

/// Writes entries below one folder, by descriptors and never through a link. Every file is new: a name that
/// is there already, also one that only the file system takes for the same, is an error. Entries may come in
/// any order; those of a folder should come together. Used by one thread.
class StagedTree {
public:
    /// `folder` is empty and of mode 0700. `context` must outlive the tree.
    StagedTree(FileDescriptor folder, Context& context);
    ~StagedTree();
    StagedTree(const StagedTree&) = delete;
    StagedTree& operator=(const StagedTree&) = delete;

    /// Writes one entry under `unit`, a folder of its own ("0/alice"). Throws roost::Error that names it.
    void write(const std::string& unit, Entry& entry, const Ownership& ownership);
    /// After the last entry: takes one thing that is there into `unit`, so that the unit holds both. Files
    /// are linked, or copied where that cannot be; folders keep their looks. `name` is for messages. True
    /// where what was written had the same thing already. Throws roost::Error for what cannot be brought
    /// together.
    [[nodiscard]] bool adopt(const std::string& unit, const std::string& name, const Found& found,
                             OnSamePath onSamePath);
    /// At last: gives the folders their modes and times.
    void finish();

    [[nodiscard]] std::uint64_t files() const noexcept { return files_; }
    /// Files that came and were there with the same bytes; they do not count as files().
    [[nodiscard]] std::uint64_t filesThere() const noexcept { return filesThere_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

private:
    struct Level {
        std::string name;
        FileDescriptor folder;  ///< may be closed while deeper ones are in use
        // What the folder shall look like once all is in it.
        bool setsMode = false;
        bool setsTime = false;
        std::uint32_t mode = 0755;
        std::int64_t modifiedNanoseconds = 0;
        Ownership ownership;
    };

    void enter(std::string_view path, const Ownership& ownership);
    void push(std::string name, const Ownership& ownership);
    void pop();
    void setLooks(std::uint32_t mode, std::int64_t modifiedNanoseconds);
    [[nodiscard]] int top() const { return levels_.back().folder.get(); }
    [[nodiscard]] bool makeFolder(const std::string& name);
    void writeFile(Entry& entry, const std::string& name, const Ownership& ownership);
    [[nodiscard]] bool copy(Entry& entry, int file);
    [[nodiscard]] bool adoptFolder(const std::string& path, const Found& found);
    [[nodiscard]] bool adoptFile(const Found& found, const std::string& name, OnSamePath onSamePath);
    [[nodiscard]] bool keepStaged(const Found& found, const std::string& name, OnSamePath onSamePath);
    void take(const Found& found, const std::string& name);
    void remember(const std::string& path);
    void applyRemembered();
    [[noreturn]] void fail(const std::string& action, int error) const;

    Context& context_;
    std::vector<Level> levels_;  ///< the folder itself first
    std::string current_;        ///< what is being written, for messages
    std::vector<std::byte> buffer_;
    ScratchFile remembered_;
    bool reentered_ = false;
    bool adopts_ = false;
    bool made_ = false;  ///< the folder that was entered last
    std::uint64_t stripped_ = 0;
    std::uint64_t files_ = 0;
    std::uint64_t filesThere_ = 0;
    std::uint64_t bytes_ = 0;
};

}  // namespace roost::storage
