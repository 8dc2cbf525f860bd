#include "lib/stream/gzip_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>

#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::stream {

namespace {
constexpr std::size_t inputBytes = std::size_t{64} << 10U;
}

struct GzipReader::Inflater {
    z_stream stream{};
    Inflater() {
        constexpr int gzipOnly = 15 + 16;
        if (inflateInit2(&stream, gzipOnly) != Z_OK) throw Error("there is no memory for decompressing");
    }
    ~Inflater() { inflateEnd(&stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
};

GzipReader::GzipReader(std::filesystem::path file)
    : file_(std::move(file)),
      descriptor_(::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)),
      input_(inputBytes) {
    const std::string shown = "cannot read '" + storage::shownName(file_.native()) + "'";
    if (!descriptor_) throw systemError(shown, errno);
    struct stat info {};
    if (::fstat(descriptor_.get(), &info) == 0 && S_ISDIR(info.st_mode)) throw systemError(shown, EISDIR);
    inflater_ = std::make_unique<Inflater>();
    if (!fill()) damaged("is empty, not a gzip archive");
}

GzipReader::~GzipReader() = default;

void GzipReader::damaged(const std::string& how) const {
    throw Error("'" + storage::shownName(file_.native()) + "' " + how);
}

bool GzipReader::fill() {
    for (;;) {
        const ssize_t got = ::read(descriptor_.get(), input_.data(), input_.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw systemError("cannot read '" + storage::shownName(file_.native()) + "'", errno);
        position_ += static_cast<std::uint64_t>(got);
        inflater_->stream.next_in = reinterpret_cast<Bytef*>(input_.data());
        inflater_->stream.avail_in = static_cast<uInt>(got);
        return got != 0;
    }
}

/// After the end of a member: whether another one follows.
bool GzipReader::nextMember() {
    z_stream& stream = inflater_->stream;
    bool zeros = false;
    for (;;) {
        for (; stream.avail_in != 0 && *stream.next_in == 0; --stream.avail_in, ++stream.next_in)
            zeros = true;
        if (stream.avail_in != 0) break;
        if (!fill()) return false;
    }
    constexpr Bytef magic = 0x1F;
    if (zeros || *stream.next_in != magic)
        damaged("is damaged: something that is no gzip data follows the archive's end");
    inflateReset(&stream);
    return true;
}

std::size_t GzipReader::read(std::span<std::byte> buffer) {
    z_stream& stream = inflater_->stream;
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(std::min<std::size_t>(buffer.size(), std::size_t{1} << 30U));
    const uInt wanted = stream.avail_out;
    while (!done_ && stream.avail_out == wanted) {
        if (stream.avail_in == 0 && !fill()) damaged("is damaged: it ends too early");
        const int result = inflate(&stream, Z_NO_FLUSH);
        if (result == Z_STREAM_END)
            done_ = !nextMember();
        else if (result == Z_DATA_ERROR && stream.total_out == 0 && stream.total_in < 10)
            damaged("is not a gzip archive");
        else if (result == Z_DATA_ERROR || result == Z_NEED_DICT)
            damaged("is damaged: its compressed data is not valid (" +
                    std::string(stream.msg == nullptr ? "no detail" : stream.msg) + ")");
        else if (result == Z_MEM_ERROR)
            throw Error("there is no memory for decompressing");
    }
    return wanted - stream.avail_out;
}

}  // namespace roost::stream
