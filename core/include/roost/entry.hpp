// A user's file on its way from a source to the sinks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace [[gnu::visibility("default")]] roost {

/// What a file turned out to be while it was read.
enum class ReadState : std::uint8_t {
    intact,
    shrank,    ///< fewer bytes came than the entry said
    grew,      ///< more bytes were there than the entry said; those were not read
    modified,  ///< the modification time moved while it was read
    vanished,  ///< it was gone before it could be opened
    failed,    ///< reading failed; message says why
};

/// The bytes of one entry, in order. Used by one thread; valid until its source's next call of next().
class ByteReader {
public:
    virtual ~ByteReader() = default;
    /// Fills the front of `buffer` and returns how many bytes it got; 0 means the end. Never more bytes in
    /// all than the entry's size. Blocks. Throws roost::Error only for what should end the run.
    virtual std::size_t read(std::span<std::byte> buffer) = 0;
    /// After the end: whether what came is what the entry promised.
    [[nodiscard]] virtual ReadState state() const noexcept { return ReadState::intact; }
    /// One sentence about a state other than intact.
    [[nodiscard]] virtual std::string message() const { return {}; }
};

enum class EntryType : std::uint8_t { file, folder };

/// One file or folder of a user. `path` is relative to the kind's folder of its owner, with '/' between the
/// parts, in the bytes that the storage has (any but NUL); it never has an empty, "." or ".." part.
struct Entry {
    EntryType type = EntryType::file;
    std::string kind;   ///< "documents", "configs", or as the pipeline's storage options name it
    std::string owner;  ///< the user's id
    std::string path;
    std::uint64_t size = 0;                ///< bytes; 0 for a folder
    std::uint32_t mode = 0644;             ///< permission bits
    std::int64_t modifiedNanoseconds = 0;  ///< since 1970-01-01 UTC
    std::unique_ptr<ByteReader> content;   ///< null for a folder

    /// "documents/<owner>/<path>", for messages.
    [[nodiscard]] std::string displayName() const {
        return path.empty() ? kind + "/" + owner : kind + "/" + owner + "/" + path;
    }
};

}  // namespace roost
