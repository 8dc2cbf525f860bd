#include "plugin/shared_object.hpp"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <system_error>
#include <vector>

namespace roost {

namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);

constexpr const char* cutShort = "the file is cut short";

template <class Value>
bool readAt(std::ifstream& file, std::uint64_t offset, Value* values, std::size_t count) {
    file.clear();
    file.seekg(static_cast<std::streamoff>(offset));
    file.read(reinterpret_cast<char*>(values), static_cast<std::streamsize>(count * sizeof(Value)));
    return file.gcount() == static_cast<std::streamsize>(count * sizeof(Value));
}

/// The head of this very program says what the machine takes.
bool isOfThisMachine(const Header& header) {
    Header own{};
    std::ifstream self("/proc/self/exe", std::ios::binary);
    if (!readAt(self, 0, &own, 1)) return true;  // the dynamic linker will tell
    return header.e_ident[EI_CLASS] == own.e_ident[EI_CLASS] &&
           header.e_ident[EI_DATA] == own.e_ident[EI_DATA] && header.e_machine == own.e_machine;
}

}  // namespace

std::string sharedObjectDefect(const std::filesystem::path& path) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (error) return "it cannot be read: " + error.message();
    std::ifstream file(path, std::ios::binary);
    if (!file) return "it cannot be opened";
    if (size == 0) return "the file is empty";
    Header header{};
    const bool whole = readAt(file, 0, &header, 1);
    if (std::memcmp(header.e_ident, ELFMAG, std::min<std::uintmax_t>(size, SELFMAG)) != 0)
        return "it is no shared library";
    if (!whole) return cutShort;
    if (!isOfThisMachine(header)) return "it was built for another kind of machine";
    if (header.e_type != ET_DYN || header.e_phentsize != sizeof(Segment)) return "it is no shared library";
    std::vector<Segment> segments(header.e_phnum);
    if (header.e_phoff > size || !readAt(file, header.e_phoff, segments.data(), segments.size()))
        return cutShort;
    const auto promised = [&](const Segment& segment) {
        return segment.p_offset > size || segment.p_filesz > size - segment.p_offset;
    };
    return std::ranges::any_of(segments, promised) ? cutShort : "";
}

}  // namespace roost
