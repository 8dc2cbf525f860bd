// Reads one file and notices when it is not what it was.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "lib/storage/file_descriptor.hpp"
#include "roost/entry.hpp"

namespace roost::storage {

/// What a reader does besides telling its state().
struct ReadPolicy {
    bool failOnChange = false;  ///< throw when the file changes while it is read
    bool failOnError = true;    ///< throw when it can't be read to its end
};

/// The bytes of an open regular file, as many as it had when it was opened. Reads straight into the caller's
/// buffer, so a large buffer makes large reads. What happened to the file meanwhile is known as soon as the
/// last byte was given, without a further read().
class FileReader final : public ByteReader {
public:
    /// `status` is the open file's; `name` is for messages.
    FileReader(FileDescriptor file, const struct stat& status, std::string name, ReadPolicy policy);

    /// Throws roost::Error as the policy says.
    std::size_t read(std::span<std::byte> buffer) override;
    [[nodiscard]] ReadState state() const noexcept override { return state_; }
    [[nodiscard]] std::string message() const override { return message_; }

private:
    [[nodiscard]] std::size_t readOnce(std::span<std::byte> buffer);
    void checkUnchanged();
    void settle(ReadState state, std::string message);

    FileDescriptor file_;
    std::uint64_t size_;
    struct timespec modified_;
    std::string name_;
    ReadPolicy policy_;
    std::uint64_t done_ = 0;
    bool ended_ = false;
    ReadState state_ = ReadState::intact;
    std::string message_;
};

/// Stands for a file that was listed and could not be opened any more: no bytes, ReadState::vanished.
class VanishedFile final : public ByteReader {
public:
    /// `message` completes a sentence that begins with the file's name.
    explicit VanishedFile(std::string message) : message_(std::move(message)) {}
    std::size_t read(std::span<std::byte>) override { return 0; }
    [[nodiscard]] ReadState state() const noexcept override { return ReadState::vanished; }
    [[nodiscard]] std::string message() const override { return message_; }

private:
    std::string message_;
};

}  // namespace roost::storage
