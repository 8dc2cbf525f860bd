#include "conformance/target_state.hpp"

#include <Poco/DigestStream.h>
#include <Poco/SHA1Engine.h>
#include <Poco/StreamCopier.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>

namespace roost::conformance {

namespace {

namespace fs = std::filesystem;

std::string digestOfFile(const fs::path& file) {
    Poco::SHA1Engine engine;
    Poco::DigestOutputStream digest(engine);
    std::ifstream bytes(file, std::ios::binary);
    Poco::StreamCopier::copyStream(bytes, digest);
    digest.close();
    return Poco::DigestEngine::digestToHex(engine.digest());
}

std::string printedBy(const std::string& command) {
    struct Close {
        int* status;
        void operator()(std::FILE* pipe) const { *status = ::pclose(pipe); }
    };
    int status = 0;
    std::string text;
    {
        const std::unique_ptr<std::FILE, Close> pipe(::popen(command.c_str(), "re"), Close{&status});
        std::array<char, 4096> buffer{};
        while (pipe) {
            const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe.get());
            if (got == 0) break;
            text.append(buffer.data(), got);
        }
    }
    require(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the command of --observe failed: " + command);
    return text;
}

bool leadsIntoFolder(const Bench& bench) {
    const Node* url = bench.options().find("url");
    if (url == nullptr) return false;
    Diagnostics ignored;
    const auto location = option_values::url(*url, {}, ignored);
    return location && location->path().starts_with(bench.folder().string());
}

}  // namespace

TargetState targetState(const Bench& bench) {
    TargetState state;
    if (!bench.settings().observe.empty()) {
        state["what --observe prints"] = printedBy(bench.settings().observe);
        return state;
    }
    if (!leadsIntoFolder(bench))
        throw NotApplicable("its target cannot be seen: let the url lead into ${FOLDER}, or give --observe");
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(bench.folder()))
        state[entry.path().lexically_relative(bench.folder()).string()] =
            entry.is_regular_file() ? digestOfFile(entry.path()) : aFolder;
    return state;
}

std::string difference(const TargetState& before, const TargetState& after) {
    for (const auto& [name, digest] : after) {
        const auto found = before.find(name);
        if (found == before.end()) return "'" + name + "' appeared";
        if (found->second != digest) return "'" + name + "' changed";
    }
    for (const auto& [name, digest] : before)
        if (!after.contains(name)) return "'" + name + "' is gone";
    return {};
}

}  // namespace roost::conformance
