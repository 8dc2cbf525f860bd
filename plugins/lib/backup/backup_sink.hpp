// What the sinks of the role `archive` share: one archive, wherever its url leads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/archive/backup_writer.hpp"
#include "lib/openpgp/encrypted_name.hpp"
#include "lib/openpgp/key_options.hpp"
#include "lib/transport/transport.hpp"
#include "lib/transport/transport_options.hpp"
#include "roost/plugin.hpp"

namespace roost::backup {

struct BackupSinkOptions : transport::TargetOptions {
    int level = 2;
    archive::OnChanged onChanged = archive::OnChanged::warn;
    std::string usersTable = "users";
    std::string apiKeysTable = "api_keys";
    std::string applicationVersion = "unknown";
    std::string applicationCommit = "unknown";
    std::vector<openpgp::EncryptOptions> encrypt;

    [[nodiscard]] bool encrypted() const { return !encrypt.empty() && encrypt.front().given(); }
};

/// Declares them. `Options` derives from BackupSinkOptions.
template <class Options>
void addBackupSinkOptions(OptionTable<Options>& table, const std::string& ending) {
    transport::addTransportOptions(table, "Where the archive goes: file:PATH, or - for standard output.",
                                   "file:backups/backup_${timestamp}." + ending);
    // The casts name the class that the table is of: a base's members alone would not tell it.
    table
        .integer("level", static_cast<int Options::*>(&Options::level),
                 "0 only stores; 1 to 3 are fast (ISA-L), 4 to 9 slow and a little smaller (zlib). What does "
                 "not compress is stored at every level.")
        .range(0, 9);
    transport::addOnExisting(table);
    const auto text = [&table](std::string name, std::string Options::*member, std::string help) {
        table.text(std::move(name), member, std::move(help));
    };
    table.choice(
        "on-changed", static_cast<archive::OnChanged Options::*>(&Options::onChanged), {"warn", "fail"},
        "What to do with a file that changes, shrinks or vanishes while it is read: archive what there "
        "is, name it in the report and end with exit code 3, or end the run.");
    text("users-table", &Options::usersTable,
         "The table whose rows metadata.json counts as users and lists by their primary key.");
    text("api-keys-table", &Options::apiKeysTable, "The table whose rows metadata.json counts as API keys.");
    text("application-version", &Options::applicationVersion,
         "The version of the application that the data belongs to, for metadata.json.");
    text("application-commit", &Options::applicationCommit,
         "The commit that the application was built from, for metadata.json.");
    table
        .records(
            "encrypt", static_cast<std::vector<openpgp::EncryptOptions> Options::*>(&Options::encrypt),
            openpgp::encryptOptions(),
            "Encrypts the archive with OpenPGP, for a passphrase, for recipients, or for both. Where all of "
            "it is empty, the archive is not encrypted.")
        .example("{passphrase: '${BACKUP_PASSPHRASE}'}");
}

/// A plugin derives from it and makes the archive's container.
class BackupSink : public Sink {
public:
    Acceptance accept(const Catalog& catalog, Context& context) override;
    void begin(const Catalog& catalog, Context& context) override;
    void write(Item& item) override { writer_->write(item); }
    void prepare() override;
    void commit() override;
    void abort() noexcept override;
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> summary() const override;

protected:
    explicit BackupSink(const BackupSinkOptions& options);

    /// Beyond single values: the url, and who may read the archive.
    static void check(const BackupSinkOptions& options, const Node& settings, std::string_view plugin,
                      Diagnostics& diagnostics);
    static std::string recover(const std::string& record, Decision decision, std::string_view plugin,
                               Context& context);

private:
    void judgeEncryption(Acceptance& acceptance) const;
    /// An empty archive. `target` and `context` outlive it.
    [[nodiscard]] virtual std::unique_ptr<stream::ContainerWriter> makeContainer(stream::ByteTarget& target,
                                                                                 Context& context) const = 0;
    /// What the plan should tell of an archive of that name; "" for nothing.
    [[nodiscard]] virtual std::string nameWarning(const std::string& name) const = 0;

    BackupSinkOptions options_;
    std::unique_ptr<transport::Transport> transport_;
    std::unique_ptr<stream::ByteTarget> target_;
    std::unique_ptr<stream::ContainerWriter> archive_;
    std::unique_ptr<archive::BackupWriter> writer_;  // destroyed before what it writes to
    std::uint64_t size_ = 0;
};

}  // namespace roost::backup
