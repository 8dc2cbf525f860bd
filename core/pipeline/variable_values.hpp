// Where the values of variables come from when the definition has none: environment and secret files.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace roost {

/// The value of an environment variable; nothing where it is not set.
[[nodiscard]] std::optional<std::string> environmentValue(const std::string& name);

/// The names of all environment variables.
[[nodiscard]] std::vector<std::string> environmentNames();

/// What the file holds, without the blanks and line ends around it. Throws roost::Error that names it.
[[nodiscard]] std::string secretInFile(const std::string& path);

/// Reads the files that NAME_FILE variables name, each once: a pipe gives its text only once.
class SecretFiles {
public:
    /// What the file named by the environment's NAME_FILE holds, without the blanks and line ends around it;
    /// nothing where NAME_FILE is not set or empty. Throws roost::Error that names the file and NAME_FILE.
    [[nodiscard]] std::optional<std::string> value(const std::string& name);

private:
    std::map<std::string, std::string> read_;
};

}  // namespace roost
