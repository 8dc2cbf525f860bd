#include "cli/archive_format.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "roost/error.hpp"
#include "scratch/file_descriptor.hpp"

namespace roost::cli {

namespace {

/// The packets that an encrypted message begins with: a session key for a public key (1) or a passphrase (3),
/// data encrypted with (18) and without (9) a check, and the marker (10).
bool beginsMessage(unsigned char first) {
    if ((first & 0x80U) == 0) return false;
    const unsigned tag = (first & 0x40U) != 0 ? first & 0x3FU : first >> 2U & 0x0FU;
    return tag == 1 || tag == 3 || tag == 9 || tag == 10 || tag == 18;
}

}  // namespace

std::string formatByContent(const std::filesystem::path& archive) {
    // A pipe would be waited for, and what was read of it would be gone.
    if (!std::filesystem::is_regular_file(archive)) {
        if (!std::filesystem::exists(archive)) throw systemError("cannot read " + archive.string(), ENOENT);
        return {};
    }
    const FileDescriptor file(::open(archive.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 32> bytes{};
    const ssize_t got = file ? ::read(file.get(), bytes.data(), bytes.size()) : -1;
    if (got < 0) throw systemError("cannot read " + archive.string(), errno);
    const std::string_view head(bytes.data(), static_cast<std::size_t>(got));
    using namespace std::string_view_literals;
    if (head.starts_with("\x1f\x8b"sv)) return "tar.gz";
    if (head.starts_with("PK\x03\x04"sv) || head.starts_with("PK\x05\x06"sv)) return "zip";
    if (head.starts_with("-----BEGIN PGP MESSAGE"sv)) return "gpg";
    if (head.size() > 2 && beginsMessage(static_cast<unsigned char>(head.front()))) return "gpg";
    return {};
}

}  // namespace roost::cli
