// Runs the real program.
#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "pipeline/definition_files.hpp"

namespace roost::test {

struct ProgramRun {
    int code = -1;
    std::string out;
    std::string err;
};

inline std::string readFile(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// `arguments` are words for the shell; the test plugins are found by ROOST_PLUGIN_PATH. The paths of
/// `folder` are left out of what was printed.
inline ProgramRun roost(const TemporaryFolder& folder, const std::string& arguments,
                        const std::string& pluginPath = FIXTURE_PLUGIN_FOLDER) {
    const auto out = folder.path() / ".out";
    const auto err = folder.path() / ".err";
    const std::string command = "cd '" + folder.path().string() + "' && ROOST_PLUGIN_PATH='" + pluginPath +
                                "' " + ROOST_PROGRAM + " " + arguments + " >'" + out.string() + "' 2>'" +
                                err.string() + "'";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, folder.relative(readFile(out)),
            folder.relative(readFile(err))};
}

}  // namespace roost::test
