// A gzip file around data that is not compressed, so that tests and the fuzzer reach what is inside.
#pragma once

#include <isa-l/crc.h>

#include <algorithm>
#include <cstddef>
#include <string>

namespace roost::testing {

/// A gzip member as roost frames it, its data stored.
inline std::string gzipped(const std::string& data) {
    std::string out("\x1F\x8B\x08\0\0\0\0\0\0\xFF", 10);
    const auto number = [&out](std::size_t value, int bytes) {
        for (; bytes != 0; --bytes, value >>= 8U) out.push_back(static_cast<char>(value & 0xFFU));
    };
    constexpr std::size_t most = 65535;
    for (std::size_t at = 0; at == 0 || at < data.size(); at += most) {
        const std::size_t size = std::min(most, data.size() - at);
        out.push_back(at + size == data.size() ? '\1' : '\0');
        number(size, 2);
        number(~size, 2);
        out.append(data, at, size);
    }
    number(crc32_gzip_refl(0, reinterpret_cast<const unsigned char*>(data.data()), data.size()), 4);
    number(data.size(), 4);
    return out;
}

}  // namespace roost::testing
