// Definitions in a private temporary folder, and what is said about them.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/definition.hpp"
#include "pipeline/definition_chain.hpp"
#include "pipeline/diagnostic_text.hpp"
#include "plugin/registry.hpp"

namespace roost::test {

class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = std::filesystem::temp_directory_path() / "roost-test-XXXXXX";
        path_ = ::mkdtemp(name.data());
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    std::filesystem::path write(const std::string& name, std::string_view text) const {
        const auto file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
        return file;
    }
    /// The text without the folder's own name, which differs each time.
    [[nodiscard]] std::string relative(std::string text) const {
        const std::string prefix = path_.string() + "/";
        for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at))
            text.erase(at, prefix.size());
        return text;
    }

private:
    std::filesystem::path path_;
};

/// Sets an environment variable, or with nothing removes it, until the end of the scope.
class Environment {
public:
    Environment(std::string name, std::optional<std::string> value) : name_(std::move(name)) {
        if (const char* before = ::getenv(name_.c_str())) before_ = before;
        set(value);
    }
    ~Environment() { set(before_); }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

private:
    void set(const std::optional<std::string>& value) const {
        if (value)
            ::setenv(name_.c_str(), value->c_str(), 1);
        else
            ::unsetenv(name_.c_str());
    }
    std::string name_;
    std::optional<std::string> before_;
};

/// A loaded definition and what is printed about it.
struct Loaded {
    Definition definition;
    std::string problems;
};

inline Loaded load(const std::string& text, const SetValues& set = {}) {
    const TemporaryFolder folder;
    Diagnostics diagnostics;
    Loaded loaded;
    loaded.definition = loadDefinition(folder.write("test.yaml", text), set, diagnostics);
    loaded.problems = folder.relative(renderDiagnostics(loaded.definition.source, diagnostics));
    return loaded;
}

}  // namespace roost::test
