#include "lib/stream/byte_input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "lib/storage/shown_name.hpp"
#include "lib/stream/sealed_file.hpp"
#include "roost/error.hpp"

namespace roost::stream {

namespace {

constexpr std::size_t copiedAtOnce = std::size_t{256} << 10U;
/// How long a silent pipe is waited for before the stop token is looked at again.
constexpr int waitMilliseconds = 50;

/// A recorded copy, from its front.
class ReplayedInput final : public ByteInput {
public:
    ReplayedInput(const ScratchFile& copy, std::string name) : copy_(copy), name_(std::move(name)) {}
    std::size_t read(std::span<std::byte> buffer, const std::stop_token&) override {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), copy_.end() - at_));
        copy_.read(at_, {reinterpret_cast<char*>(buffer.data()), size});
        at_ += size;
        return size;
    }
    [[nodiscard]] std::string name() const override { return name_; }

private:
    const ScratchFile& copy_;
    std::string name_;
    std::uint64_t at_ = 0;
};

/// A copy that is read from anywhere.
class ScratchInput final : public RandomInput {
public:
    ScratchInput(std::filesystem::path folder, std::string name)
        : copy_(std::move(folder)), name_(std::move(name)) {}
    void append(std::span<const std::byte> bytes) {
        copy_.append({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    [[nodiscard]] std::uint64_t size() const override { return copy_.end(); }
    void read(std::uint64_t offset, std::span<std::byte> buffer) const override {
        copy_.read(offset, {reinterpret_cast<char*>(buffer.data()), buffer.size()});
    }
    [[nodiscard]] std::string name() const override { return name_; }

private:
    ScratchFile copy_;
    std::string name_;
};

/// The same, encrypted.
class SealedInput final : public RandomInput {
public:
    SealedInput(const std::filesystem::path& folder, std::string name)
        : copy_(folder), name_(std::move(name)) {}
    void append(std::span<const std::byte> bytes) { copy_.append(bytes); }
    [[nodiscard]] std::uint64_t size() const override { return copy_.size(); }
    void read(std::uint64_t offset, std::span<std::byte> buffer) const override {
        copy_.read(offset, buffer);
    }
    [[nodiscard]] std::string name() const override { return name_; }

private:
    SealedFile copy_;
    std::string name_;
};

template <class Copy>
std::shared_ptr<const RandomInput> copyAll(ByteInput& input, Context& context) {
    auto copy = std::make_shared<Copy>(context.temporaryFolder(), input.name());
    std::vector<std::byte> piece(copiedAtOnce);
    const std::stop_token stop = context.stopToken();
    while (const std::size_t got = input.read(piece, stop)) {
        if (stop.stop_requested()) throw Interrupted();
        context.alive();
        copy->append(std::span(piece).first(got));
    }
    return copy;
}

}  // namespace

FileInput::FileInput(const std::filesystem::path& file)
    // O_NONBLOCK: opening a FIFO must not wait for its writer where nobody could stop it.
    : descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)),
      name_("'" + storage::shownName(file.native()) + "'") {
    if (!descriptor_) throw systemError("cannot read " + name_, errno);
    inspect();
}

FileInput::FileInput(storage::FileDescriptor descriptor, std::string name)
    : descriptor_(std::move(descriptor)), name_(std::move(name)) {
    if (!descriptor_) throw systemError("cannot read " + name_, errno);
    inspect();
}

std::unique_ptr<FileInput> FileInput::standardInput() {
    return std::unique_ptr<FileInput>(
        new FileInput(storage::FileDescriptor(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)), "standard input"));
}

void FileInput::inspect() {
    struct stat info {};
    if (::fstat(descriptor_.get(), &info) != 0) throw systemError("cannot read " + name_, errno);
    if (S_ISDIR(info.st_mode)) throw systemError("cannot read " + name_, EISDIR);
    regular_ = S_ISREG(info.st_mode);
}

std::size_t FileInput::read(std::span<std::byte> buffer, const std::stop_token& stop) {
    for (;;) {
        if (!regular_) {
            if (stop.stop_requested()) throw Interrupted();
            // A FIFO that nobody has opened for writing yet is silent here; read() would call it ended.
            pollfd wanted{descriptor_.get(), POLLIN, 0};
            const int ready = ::poll(&wanted, 1, waitMilliseconds);
            if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
            if (ready < 0) throw systemError("cannot read " + name_, errno);
        }
        const ssize_t got = ::read(descriptor_.get(), buffer.data(), buffer.size());
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno != EINTR && errno != EAGAIN) throw systemError("cannot read " + name_, errno);
    }
}

void FileInput::rewind() {
    if (::lseek(descriptor_.get(), 0, SEEK_SET) != 0) throw systemError("cannot read " + name_, errno);
}

std::string FileInput::state() const {
    struct stat info {};
    if (::fstat(descriptor_.get(), &info) != 0) throw systemError("cannot read " + name_, errno);
    return std::to_string(info.st_size) + " " + std::to_string(info.st_mtim.tv_sec) + " " +
           std::to_string(info.st_mtim.tv_nsec);
}

std::uint64_t FileInput::size() const {
    struct stat info {};
    if (::fstat(descriptor_.get(), &info) != 0) throw systemError("cannot read " + name_, errno);
    return static_cast<std::uint64_t>(info.st_size);
}

void FileInput::read(std::uint64_t offset, std::span<std::byte> buffer) const {
    while (!buffer.empty()) {
        const ssize_t got =
            ::pread(descriptor_.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw systemError("cannot read " + name_, errno);
        if (got == 0) throw Error(name_ + " changed while it was read", "run again when nobody writes to it");
        offset += static_cast<std::uint64_t>(got);
        buffer = buffer.subspan(static_cast<std::size_t>(got));
    }
}

std::shared_ptr<const RandomInput> copyToScratch(ByteInput& input, Context& context) {
    return copyAll<ScratchInput>(input, context);
}

std::shared_ptr<const RandomInput> copySealed(ByteInput& input, Context& context) {
    return copyAll<SealedInput>(input, context);
}

std::size_t RecordedInput::read(std::span<std::byte> buffer, const std::stop_token& stop) {
    const std::size_t size = input_.read(buffer, stop);
    if (recording_) copy_.append({reinterpret_cast<const char*>(buffer.data()), size});
    return size;
}

void RecordedInput::copyRest(Context& context) {
    std::vector<std::byte> piece(copiedAtOnce);
    const std::stop_token stop = context.stopToken();
    while (read(piece, stop) != 0) {
        if (stop.stop_requested()) throw Interrupted();
        context.alive();
    }
}

std::unique_ptr<ByteInput> RecordedInput::replay() const {
    return std::make_unique<ReplayedInput>(copy_, name());
}

}  // namespace roost::stream
