#include "lib/openpgp/key_options.hpp"

#include <algorithm>

namespace roost::openpgp {

namespace {

/// librnp takes no longer ones.
constexpr std::size_t longestPassphrase = 255;

void checkPassphrase(const std::string& passphrase, const Position& position, Diagnostics& diagnostics) {
    if (passphrase.size() > longestPassphrase)
        diagnostics.error(position,
                          "a passphrase has more than " + std::to_string(longestPassphrase) + " bytes");
    else if (passphrase.find('\0') != std::string::npos)
        diagnostics.error(position, "a passphrase has a NUL in it");
}

/// Of a mapping with recipients that are not empty but name no file.
void checkRecipientNames(const Node& encrypt, Diagnostics& diagnostics) {
    const Node* const recipients = encrypt.find("recipients");
    if (recipients == nullptr) return;
    const auto names = [](const Node& node) {
        return node.scalar.find_first_not_of(" \t\r\n,\"") != std::string::npos;
    };
    const bool written = !recipients->scalar.empty() || !recipients->items.empty();
    if (!written || names(*recipients) || std::ranges::any_of(recipients->items, names)) return;
    diagnostics.error(
        recipients->position,
        "'recipients' is not empty, but names no file of public keys, so that the archive would "
        "not be encrypted (BACKUP_RECIPIENTS)",
        recipients->scalar.size());
}

}  // namespace

OptionTable<EncryptOptions> encryptOptions() {
    OptionTable<EncryptOptions> table;
    table.text("passphrase", &EncryptOptions::passphrase, "A passphrase that opens the archive.")
        .secret()
        .example("${BACKUP_PASSPHRASE}");
    table
        .list(
            "recipients", &EncryptOptions::recipients,
            "Files of public keys (gpg --export), or of secret ones, whose public part is taken; the secret "
            "key of any of them opens the archive.")
        .example("/etc/roost/backup.pub.asc");
    return table;
}

OptionTable<DecryptOptions> decryptOptions() {
    OptionTable<DecryptOptions> table;
    table.text("passphrase", &DecryptOptions::passphrase, "The passphrase that the archive was made with.")
        .secret()
        .example("${BACKUP_PASSPHRASE}");
    table
        .text("secret-key-file", &DecryptOptions::secretKey,
              "A file of secret keys (gpg --export-secret-keys), one of which opens the archive.")
        .example("/root/backup.key.asc");
    table
        .text("key-passphrase", &DecryptOptions::keyPassphrase,
              "The passphrase of the secret key, if it has one.")
        .secret()
        .example("${BACKUP_KEY_PASSPHRASE}");
    return table;
}

void checkEncryptOptions(const std::vector<EncryptOptions>& options, const Node& settings,
                         Diagnostics& diagnostics) {
    if (const Node* const encrypt = settings.find("encrypt"); encrypt != nullptr) {
        checkRecipientNames(*encrypt, diagnostics);
        for (const Node& one : encrypt->items) checkRecipientNames(one, diagnostics);
    }
    if (options.size() > 1)
        diagnostics.error(options[1].position, "'encrypt' is one mapping; recipients may be several");
    for (const EncryptOptions& one : options) checkPassphrase(one.passphrase, one.position, diagnostics);
}

void checkDecryptOptions(const std::vector<DecryptOptions>& options, Diagnostics& diagnostics) {
    if (options.size() > 1) diagnostics.error(options[1].position, "'decrypt' is one mapping");
    for (const DecryptOptions& one : options) {
        checkPassphrase(one.passphrase, one.position, diagnostics);
        checkPassphrase(one.keyPassphrase, one.position, diagnostics);
    }
}

}  // namespace roost::openpgp
