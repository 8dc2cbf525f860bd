// Other programs and files, for tests that compare with them.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace roost::testing {

struct ShellResult {
    int status = -1;
    std::string output;  ///< standard output and error
};

/// Runs `command` by sh.
inline ShellResult shell(const std::string& command) {
    ShellResult result;
    std::FILE* const pipe = ::popen(("{ " + command + "\n} 2>&1").c_str(), "r");
    if (pipe == nullptr) return result;
    std::array<char, 4096> piece{};
    for (std::size_t got = 1; got != 0;) {
        got = std::fread(piece.data(), 1, piece.size(), pipe);
        result.output.append(piece.data(), got);
    }
    const int status = ::pclose(pipe);
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

inline std::string readFile(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void writeFile(const std::filesystem::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

}  // namespace roost::testing
