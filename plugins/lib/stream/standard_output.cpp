#include "lib/stream/standard_output.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

namespace roost::stream {

namespace {

storage::FileDescriptor unlinkedFile(const std::filesystem::path& folder) {
    storage::FileDescriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (file) return file;
    std::string name = (folder / "roost-XXXXXX").native();
    file = storage::FileDescriptor(::mkostemp(name.data(), O_CLOEXEC));
    if (!file) throw systemError("cannot make a temporary file in '" + folder.native() + "'", errno);
    ::unlink(name.c_str());
    return file;
}

}  // namespace

StandardOutput::StandardOutput(const std::filesystem::path& temporaryFolder, int output)
    : file_(unlinkedFile(temporaryFolder), temporaryFolder / "(temporary file)", temporaryFolder),
      output_(output) {}

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
