// roost version: what this build is made of.
#include <Poco/Environment.h>
#include <fmt/core.h>
#include <spdlog/version.h>

#include <CLI/CLI.hpp>
#include <boost/version.hpp>
#include <iostream>

#include "cli/verb.hpp"
#include "roost/plugin.hpp"
#include "roost/version.hpp"

namespace roost::cli {

namespace {

std::string pocoVersion() {
    const Poco::UInt32 number = Poco::Environment::libraryVersion();
    return fmt::format("{}.{}.{}", number >> 24U, (number >> 16U) & 0xFFU, (number >> 8U) & 0xFFU);
}

int printVersion() {
    std::cout << "roost " << version() << " (commit " << gitCommit() << ")\n"
              << "compiler   " << compiler() << ", " << toolchainStamp << "\n"
              << "plugins    ABI " << abiNumber << "\n"
              << "libraries  Poco " << pocoVersion() << ", yaml-cpp " << ROOST_YAML_CPP_VERSION << ", Boost "
              << BOOST_VERSION / 100000 << '.' << BOOST_VERSION / 100 % 1000 << '.' << BOOST_VERSION % 100
              << ", fmt " << FMT_VERSION / 10000 << '.' << FMT_VERSION / 100 % 100 << '.' << FMT_VERSION % 100
              << ", spdlog " << SPDLOG_VER_MAJOR << '.' << SPDLOG_VER_MINOR << '.' << SPDLOG_VER_PATCH
              << ", CLI11 " << CLI11_VERSION << "\n";
    return 0;
}

}  // namespace

void addVersion(CommandLine& line) {
    CLI::App& verb = addVerb(
        line, "version", "Prints the version, the commit, the compiler and the libraries", {"roost version"});
    verb.callback([&line] { line.action = printVersion; });
}

}  // namespace roost::cli
