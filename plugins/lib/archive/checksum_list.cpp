#include "lib/archive/checksum_list.hpp"

#include <algorithm>

namespace roost::archive {

namespace {
constexpr std::size_t bufferBytes = std::size_t{64} << 10U;
}

std::string checksumLine(std::string_view hexDigest, std::string_view path) {
    std::string line;
    line.reserve(hexDigest.size() + path.size() + 4);
    const bool escaped = path.find_first_of("\n\r\\") != std::string_view::npos;
    if (escaped) line.push_back('\\');
    line.append(hexDigest).append("  ");
    if (!escaped) {
        line.append(path).push_back('\n');
        return line;
    }
    for (const char c : path) {
        if (c == '\n')
            line.append("\\n");
        else if (c == '\r')
            line.append("\\r");
        else if (c == '\\')
            line.append("\\\\");
        else
            line.push_back(c);
    }
    line.push_back('\n');
    return line;
}

void ChecksumList::add(std::string_view hexDigest, std::string_view path) {
    buffer_ += checksumLine(hexDigest, path);
    if (buffer_.size() < bufferBytes) return;
    scratch_.append(buffer_);
    buffer_.clear();
}

void ChecksumList::forEach(const std::function<void(std::string_view)>& visit) {
    std::string piece(bufferBytes, '\0');
    for (std::uint64_t at = 0; at < scratch_.end();) {
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), scratch_.end() - at));
        scratch_.read(at, std::span(piece).first(size));
        visit(std::string_view(piece).substr(0, size));
        at += size;
    }
    visit(buffer_);
}

}  // namespace roost::archive
