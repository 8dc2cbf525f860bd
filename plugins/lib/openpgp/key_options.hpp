// The options that say who may read an archive, and by what it is opened.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "roost/option_table.hpp"

namespace roost::openpgp {

/// The option `encrypt` of a sink. Empty parts count as not given.
struct EncryptOptions {
    std::string passphrase;
    std::vector<std::string> recipients;  ///< files of public keys
    Position position;

    [[nodiscard]] bool given() const noexcept { return !passphrase.empty() || !recipients.empty(); }
};

/// The option `decrypt` of a source. Empty parts count as not given.
struct DecryptOptions {
    std::string passphrase;
    std::string secretKey;  ///< a file of secret keys
    std::string keyPassphrase;
    Position position;

    [[nodiscard]] bool given() const noexcept { return !passphrase.empty() || !secretKey.empty(); }
};

[[nodiscard]] OptionTable<EncryptOptions> encryptOptions();
[[nodiscard]] OptionTable<DecryptOptions> decryptOptions();

/// What is wrong beyond single values. `settings` are the stage's: recipients that are written and name
/// nobody, such as ",", are no reason to write plain bytes.
void checkEncryptOptions(const std::vector<EncryptOptions>& options, const Node& settings,
                         Diagnostics& diagnostics);
void checkDecryptOptions(const std::vector<DecryptOptions>& options, Diagnostics& diagnostics);

}  // namespace roost::openpgp
