#include "lib/stream/standard_output.hpp"

#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

namespace roost::stream {

StandardOutput::StandardOutput(const std::filesystem::path& temporaryFolder, int output)
    : file_(unlinkedFile(temporaryFolder)), output_(output) {}

void StandardOutput::commit() {
    std::vector<std::byte> buffer(std::size_t{1} << 18U);
    for (std::uint64_t offset = 0; offset < file_.size();) {
        const std::size_t got = file_.read(offset, buffer);
        if (got == 0) throw Error("cannot read back the temporary file of the archive: it was cut short");
        offset += got;
        for (Bytes left = std::span(buffer).first(got); !left.empty();) {
            const ssize_t written = ::write(output_, left.data(), left.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) throw systemError("cannot write the archive to standard output", errno);
            left = left.subspan(static_cast<std::size_t>(written));
        }
    }
    file_.close();
}

}  // namespace roost::stream
