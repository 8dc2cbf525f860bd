#include "pipeline/variable_values.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <system_error>

#include "roost/error.hpp"

namespace roost {

namespace {

constexpr std::size_t largestSecret = std::size_t{1} << 20U;

std::string readText(const std::string& path) {
    errno = 0;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) throw Error(std::generic_category().message(errno));
    std::string text;
    std::string buffer(4096, '\0');
    while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || stream.gcount() > 0) {
        text.append(buffer, 0, static_cast<std::size_t>(stream.gcount()));
        if (text.size() > largestSecret) throw Error("it is larger than 1 MiB");
    }
    if (stream.bad()) throw Error(std::generic_category().message(errno));
    return text;
}

std::string trimmed(const std::string& text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto begin = text.find_first_not_of(blanks);
    return begin == std::string::npos ? std::string()
                                      : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string readSecret(const std::string& path) {
    std::string text = trimmed(readText(path));
    if (text.empty()) throw Error("it is empty");  // a secret that got lost, not one that is not wanted
    return text;
}

}  // namespace

std::optional<std::string> environmentValue(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
}

std::vector<std::string> environmentNames() {
    std::vector<std::string> names;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        names.emplace_back(text.substr(0, text.find('=')));
    }
    return names;
}

std::string secretInFile(const std::string& path) {
    try {
        return readSecret(path);
    } catch (const Error& error) {
        throw Error("cannot read " + path + ": " + error.what());
    }
}

std::optional<std::string> SecretFiles::value(const std::string& name) {
    if (const auto known = read_.find(name); known != read_.end()) return known->second;
    const auto path = environmentValue(name + "_FILE");
    if (!path || path->empty()) return std::nullopt;
    try {
        return read_[name] = readSecret(*path);
    } catch (const Error& error) {
        read_.erase(name);
        throw Error("cannot read " + *path + ", which " + name + "_FILE names: " + error.what());
    }
}

}  // namespace roost
