// Where an archive's bytes come from, whatever its format: a file, a pipe, a copy of one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "lib/storage/file_descriptor.hpp"
#include "roost/context.hpp"
#include "scratch/scratch_file.hpp"

namespace roost::stream {

/// Bytes from front to back. One thread at a time.
class ByteInput {
public:
    virtual ~ByteInput() = default;
    /// Fills the front of `buffer`; 0 only at the end. Throws roost::Error that names the input, and
    /// Interrupted where `stop` was requested while nothing came.
    virtual std::size_t read(std::span<std::byte> buffer, const std::stop_token& stop) = 0;
    /// For messages: the path in quotes, or "standard input".
    [[nodiscard]] virtual std::string name() const = 0;
};

/// Bytes that can be read from anywhere. One thread at a time.
class RandomInput {
public:
    virtual ~RandomInput() = default;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    /// Fills all of `buffer` from `offset`. Throws roost::Error that names the input, also where it is
    /// shorter.
    virtual void read(std::uint64_t offset, std::span<std::byte> buffer) const = 0;
    /// For messages; see ByteInput.
    [[nodiscard]] virtual std::string name() const = 0;
};

/// An archive's own bytes, which may have to be read more than once.
class RepeatableInput : public ByteInput {
public:
    /// Whether it can be: a pipe cannot.
    [[nodiscard]] virtual bool repeatable() const noexcept = 0;
    /// Goes back to the front. Only where it is repeatable.
    virtual void rewind() = 0;
    /// A text that changes when somebody writes to what is read. Only where it is repeatable.
    [[nodiscard]] virtual std::string state() const = 0;
    /// The same bytes where they can be read from anywhere, or null. Lives as long as this object.
    [[nodiscard]] virtual const RandomInput* random() const noexcept { return nullptr; }
};

/// A file, a FIFO, or standard input.
class FileInput final : public RepeatableInput, private RandomInput {
public:
    /// Throws roost::Error where the file cannot be opened or is a folder. Does not wait for a FIFO's writer.
    explicit FileInput(const std::filesystem::path& file);
    [[nodiscard]] static std::unique_ptr<FileInput> standardInput();

    std::size_t read(std::span<std::byte> buffer, const std::stop_token& stop) override;
    [[nodiscard]] std::string name() const override { return name_; }
    [[nodiscard]] bool repeatable() const noexcept override { return regular_; }
    void rewind() override;
    /// Size and times of a plain file.
    [[nodiscard]] std::string state() const override;
    [[nodiscard]] const RandomInput* random() const noexcept override { return regular_ ? this : nullptr; }

private:
    FileInput(storage::FileDescriptor descriptor, std::string name);
    void inspect();
    [[nodiscard]] std::uint64_t size() const override;
    void read(std::uint64_t offset, std::span<std::byte> buffer) const override;

    storage::FileDescriptor descriptor_;
    std::string name_;
    bool regular_ = false;
};

/// Passes on what another input gives and keeps a copy of it, so that it can be read once more.
class RecordedInput final : public ByteInput {
public:
    /// `input` must outlive it. The copy goes to an unlinked file in `folder`.
    RecordedInput(ByteInput& input, std::filesystem::path folder) : input_(input), copy_(std::move(folder)) {}

    std::size_t read(std::span<std::byte> buffer, const std::stop_token& stop) override;
    [[nodiscard]] std::string name() const override { return input_.name(); }

    /// From here on nothing is kept. May be called while another thread reads.
    void stopRecording() noexcept { recording_ = false; }
    /// Copies what is left; nobody may be reading.
    void copyRest(Context& context);
    /// Gives the copy from its front, once nobody reads the input any more.
    [[nodiscard]] std::unique_ptr<ByteInput> replay() const;

private:
    ByteInput& input_;
    ScratchFile copy_;
    std::atomic<bool> recording_ = true;
};

/// Copies what is left of `input` to an unlinked file in the temporary folder.
[[nodiscard]] std::shared_ptr<const RandomInput> copyToScratch(ByteInput& input, Context& context);
/// The same to a SealedFile, for what must not lie on a disk as it is.
[[nodiscard]] std::shared_ptr<const RandomInput> copySealed(ByteInput& input, Context& context);

}  // namespace roost::stream
