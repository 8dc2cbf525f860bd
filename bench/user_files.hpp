// The users of the sample server and their files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/random.hpp"

namespace roost::bench {

struct User {
    std::string id;
    std::string name;
    std::string config;  ///< the text of rmapi.conf; empty where the user has paired no device
};

struct UserFile {
    std::size_t user = 0;
    std::string path;  ///< below the user's pdfs/
    std::uint64_t size = 0;
    std::uint32_t textPercent = 0;  ///< how much of it compresses
};

[[nodiscard]] std::vector<User> planUsers(std::size_t count, Random& random);

/// Files of a few KiB to 20 MiB, most of them small and most bytes in the large ones, whose sizes add up to
/// `bytes` and of whose bytes 30 % compress.
[[nodiscard]] std::vector<UserFile> planFiles(std::uint64_t bytes, std::size_t users, Random& random);

/// Writes `users`/<id>/pdfs/... and `users`/<id>/rmapi/rmapi.conf. Modification times come from the seed as
/// well.
void writeFiles(const std::filesystem::path& users, const std::vector<User>& people,
                const std::vector<UserFile>& files, Random& random);

}  // namespace roost::bench
