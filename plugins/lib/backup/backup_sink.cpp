#include "lib/backup/backup_sink.hpp"

#include <cstdlib>

#include "lib/openpgp/encrypted_target.hpp"
#include "lib/openpgp/message.hpp"
#include "lib/storage/shown_name.hpp"
#include "lib/transport/schemes.hpp"

namespace roost::backup {

BackupSink::BackupSink(const BackupSinkOptions& options)
    : options_(options), transport_(transport::makeTransport(options_)) {}

void BackupSink::check(const BackupSinkOptions& options, const Node& settings, std::string_view plugin,
                       Diagnostics& diagnostics) {
    transport::checkTransport(options, settings, plugin, transport::Direction::write, diagnostics);
    openpgp::checkEncryptOptions(options.encrypt, settings, diagnostics);
}

void BackupSink::judgeEncryption(Acceptance& acceptance) const {
    const std::string name = transport_->archiveName();
    const bool endsSo = openpgp::hasEncryptedEnding(name);
    if (!options_.encrypted()) {
        if (endsSo)
            acceptance.refusals.push_back(
                "the name '" + storage::shownName(name) +
                "' is one of an encrypted archive, and nothing says who may read it: set a passphrase or "
                "recipients ('encrypt')");
        return;
    }
    acceptance.target += " (encrypted)";
    if (!name.empty() && !endsSo)
        acceptance.warnings.push_back("the archive is encrypted, which its name does not tell: '" +
                                      storage::shownName(name) + ".gpg' would");
    try {
        openpgp::checkRecipients(options_.encrypt.front());
    } catch (const Error& error) {
        acceptance.refusals.push_back(error.what() + (error.hint().empty() ? "" : ": " + error.hint()));
    }
}

Acceptance BackupSink::accept(const Catalog& catalog, Context& context) {
    Acceptance acceptance;
    acceptance.losses = catalog.losses;
    acceptance.tables = true;
    acceptance.entries = true;
    acceptance.target = transport_->shownTarget();
    transport_->judgeTarget(options_.onExisting, acceptance, context);
    judgeEncryption(acceptance);
    std::string warning = nameWarning(transport_->archiveName());
    if (!warning.empty() && !options_.encrypted()) acceptance.warnings.push_back(std::move(warning));
    return acceptance;
}

void BackupSink::begin(const Catalog& catalog, Context& context) {
    target_ = transport_->openTarget(options_.onExisting, context);
    if (options_.encrypted())
        target_ =
            std::make_unique<openpgp::EncryptedTarget>(std::move(target_), options_.encrypt.front(), context);
    archive::BackupOptions backup;
    backup.onChanged = options_.onChanged;
    backup.usersTable = options_.usersTable;
    backup.apiKeysTable = options_.apiKeysTable;
    backup.applicationVersion = options_.applicationVersion;
    backup.applicationCommit = options_.applicationCommit;
    backup.reproducible = std::getenv("SOURCE_DATE_EPOCH") != nullptr;
    archive_ = makeContainer(*target_, context);
    writer_ = std::make_unique<archive::BackupWriter>(*archive_, catalog, backup, context);
}

void BackupSink::prepare() {
    writer_->finish();
    target_->prepare();
    size_ = target_->size();
}

void BackupSink::commit() { target_->commit(); }

void BackupSink::abort() noexcept {
    // The workers write to the target, so they go first.
    writer_.reset();
    archive_.reset();
    if (target_) target_->abort();
    target_.reset();
}

std::vector<std::pair<std::string, std::string>> BackupSink::summary() const {
    std::uint64_t rows = 0;
    for (const auto& table : writer_->metadata().tables) rows += table.rows;
    std::uint64_t files = 0;
    for (const auto& kind : writer_->metadata().entryKinds) files += kind.files;
    return {{"archive", transport_->shownTarget()},
            {"size", std::to_string(size_)},
            {"rows", std::to_string(rows)},
            {"files", std::to_string(files)}};
}

std::string BackupSink::recover(const std::string& record, Decision decision, std::string_view plugin,
                                Context& context) {
    return transport::recoverTarget(record, decision, plugin, context);
}

}  // namespace roost::backup
