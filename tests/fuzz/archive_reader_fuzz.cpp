// Any bytes as an archive: read to its end, or refused with a sentence, in bounded memory. An input whose
// first byte is odd is the tar itself, whose checksums and gzip framing are made here, so that what lies
// behind them is reached; any other is the gzip file as it stands behind that byte.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "lib/archive/archive_input.hpp"
#include "lib/archive/backup_reader.hpp"
#include "lib/storage/file_descriptor.hpp"
#include "plugins/archive/stored_gzip.hpp"
#include "roost/error.hpp"

namespace {

using namespace roost;

class QuietContext final : public Context {
public:
    void log(LogLevel, const std::string&) override {}
    void warn(const std::string&) override {}
    void setAside(const std::string&, const std::string&) override {}
    [[nodiscard]] std::stop_token stopToken() const override { return {}; }
    void alive() override {}
    [[nodiscard]] bool dryRun() const override { return false; }
    [[nodiscard]] std::string pipelineName() const override { return "fuzz"; }
    [[nodiscard]] std::chrono::system_clock::time_point startTime() const override { return {}; }
    [[nodiscard]] std::filesystem::path temporaryFolder() const override { return "/dev/shm"; }
    bool journal(const std::string&) override { return false; }
};

/// Gives each header the checksum that it should have.
void mendHeaders(std::string& tar) {
    constexpr std::size_t block = 512;
    for (std::size_t at = 0; at + block <= tar.size(); at += block) {
        if (tar.compare(at + 257, 5, "ustar") != 0) continue;
        std::fill_n(tar.begin() + static_cast<std::ptrdiff_t>(at + 148), 8, ' ');
        unsigned sum = 0;
        for (std::size_t i = 0; i < block; ++i) sum += static_cast<std::uint8_t>(tar[at + i]);
        for (std::size_t i = 6; i-- != 0; sum >>= 3U) tar[at + 148 + i] = static_cast<char>('0' + (sum & 7U));
        tar[at + 154] = '\0';
    }
}

void readArchive(const std::string& file) {
    const storage::FileDescriptor memory(::memfd_create("archive", MFD_CLOEXEC));
    if (::write(memory.get(), file.data(), file.size()) != static_cast<ssize_t>(file.size())) std::abort();
    const std::string path = "/proc/self/fd/" + std::to_string(memory.get());
    QuietContext context;
    roost::archive::BackupReading reading;
    reading.rules = roost::archive::contentRules(roost::archive::aviaryFileColumns(),
                                                 roost::archive::aviaryContentColumns());
    reading.limits.maxMetadata = std::uint64_t{1} << 20U;
    try {
        const auto input = std::make_shared<roost::archive::ArchiveInput>(
            std::make_shared<stream::FileInput>(path), context);
        const auto backup = roost::archive::openBackup(input, reading, context);
        for (Item item; backup->next(item);) {
            const auto* const entry = std::get_if<Entry>(&item);
            if (entry == nullptr) continue;
            // What a sink relies on.
            const std::string inside = "/" + entry->path + "/";
            if (inside.find("/../") != std::string::npos || entry->owner.empty() || entry->owner == ".." ||
                entry->owner.find('/') != std::string::npos)
                std::abort();
        }
    } catch (const Error&) {
        // Refused with a sentence, as it should be.
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    if (data[0] % 2 == 1) {
        mendHeaders(bytes);
        bytes = roost::testing::gzipped(bytes);
    }
    readArchive(bytes);
    return 0;
}
