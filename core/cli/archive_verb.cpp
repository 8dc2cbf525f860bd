#include "cli/archive_verb.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "pipeline/run.hpp"
#include "pipeline/variable_values.hpp"

namespace roost::cli {

namespace {

struct ArchiveArguments {
    std::string archive;
    std::string format;
    std::string passphraseFile;
    std::string secretKey;
    std::string keyPassphraseFile;
    bool json = false;
};

/// A secret from the file that was named, else from the variable `name`, else from the file that `name`_FILE
/// names: never from the command line, which every user of the machine can read.
std::string secretFrom(const std::string& file, const std::string& name) {
    if (!file.empty()) return secretInFile(file);
    const auto value = environmentValue(name);
    return value && !value->empty() ? *value : SecretFiles().value(name).value_or("");
}

ArchiveKeys keysFrom(const ArchiveArguments& arguments) {
    ArchiveKeys keys;
    keys.passphrase = secretFrom(arguments.passphraseFile, "BACKUP_PASSPHRASE");
    keys.secretKey = arguments.secretKey;
    if (keys.secretKey.empty()) keys.secretKey = environmentValue("BACKUP_SECRET_KEY").value_or("");
    keys.keyPassphrase = secretFrom(arguments.keyPassphraseFile, "BACKUP_KEY_PASSPHRASE");
    return keys;
}

}  // namespace

void addArchiveVerb(CommandLine& line, Inspection inspection, const std::string& name,
                    const std::string& description, const std::vector<std::string>& examples) {
    auto arguments = std::make_shared<ArchiveArguments>();
    CLI::App& verb = addVerb(line, name, description, examples);
    verb.add_option("ARCHIVE", arguments->archive, "the archive; - for standard input")->required();
    verb.add_option("--format", arguments->format, "the archive's format, where its name does not tell it")
        ->type_name("FORMAT");
    verb.add_option(
            "--passphrase-file", arguments->passphraseFile,
            "a file with the passphrase of an encrypted archive (or: BACKUP_PASSPHRASE in the environment)")
        ->type_name("FILE");
    verb.add_option("--secret-key", arguments->secretKey,
                    "a file with the secret key of an encrypted archive (or: BACKUP_SECRET_KEY)")
        ->type_name("FILE");
    verb.add_option("--key-passphrase-file", arguments->keyPassphraseFile,
                    "a file with that key's own passphrase (or: BACKUP_KEY_PASSPHRASE)")
        ->type_name("FILE");
    verb.add_flag("--json", arguments->json, "print JSON");
    verb.callback([&line, arguments, inspection] {
        line.action = [&line, arguments, inspection] {
            PluginRegistry registry = line.globals.registry();
            std::cout << inspectArchive(inspection, arguments->archive, arguments->format,
                                        keysFrom(*arguments), arguments->json, registry);
            return static_cast<int>(ExitCode::done);
        };
    });
}

}  // namespace roost::cli
