#include "lib/archive/backup_writer.hpp"

#include <algorithm>
#include <variant>

#include "lib/archive/aviary_tables.hpp"
#include "lib/archive/cell_encoder.hpp"
#include "lib/archive/member_names.hpp"
#include "lib/archive/schema_document.hpp"
#include "roost/error.hpp"

namespace roost::archive {

namespace {

constexpr std::size_t namedWarnings = 100;
constexpr std::string_view partialForAviary =
    "this is a part of a server's data: Aviary would take what is not in it for deleted, so restore it with "
    "roost";
constexpr std::size_t digestLength = 64;  // of a SHA-256 in hexadecimal
constexpr std::size_t documentBuffer = std::size_t{256} << 10U;

std::int64_t secondsOf(std::chrono::system_clock::time_point time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

/// The column that names a user: the primary key where it has one column, else `id`.
std::optional<std::size_t> keyColumn(const Table& table) {
    if (table.primaryKey.size() == 1) return table.columnIndex(table.primaryKey.front());
    return table.columnIndex("id");
}

/// Rows that the catalog expects, and the users of storage where there are more of them.
std::uint64_t expectedUsers(const Catalog& catalog, const std::string& usersTable) {
    std::uint64_t users = 0;
    for (const EntryKindTotals& kind : catalog.entryKinds) users = std::max(users, kind.users);
    for (const Table& table : catalog.tables)
        if (table.name == usersTable) users = std::max(users, table.rows);
    return users;
}

/// Whether Aviary might be asked to restore it.
bool hasAviarysTables(const Catalog& catalog) {
    return std::ranges::all_of(aviaryTables(), [&](const AviaryTable& own) {
        return own.name == "system_settings" || own.name == "login_attempts" ||
               catalog.find("", own.name) != nullptr;
    });
}

bool isPartial(const Catalog& catalog) {
    return std::ranges::any_of(catalog.tables, &Table::partial) ||
           std::ranges::any_of(catalog.entryKinds,
                               [](const EntryKindTotals& kind) { return kind.coverage != Coverage::whole; });
}

std::vector<std::string> scopesOf(const Catalog& catalog) {
    std::vector<std::string> scopes;
    if (!catalog.dialect.empty() || !catalog.tables.empty()) scopes.emplace_back("tables");
    for (const EntryKindTotals& kind : catalog.entryKinds)
        if (std::find(scopes.begin(), scopes.end(), kind.kind) == scopes.end()) scopes.push_back(kind.kind);
    return scopes;
}

}  // namespace

BackupWriter::BackupWriter(stream::ContainerWriter& archive, const Catalog& catalog, BackupOptions options,
                           Context& context)
    : catalog_(catalog),
      options_(std::move(options)),
      context_(context),
      memberNames_(tableMembers(catalog.tables)),
      seconds_(secondsOf(context.startTime())),
      users_(context.temporaryFolder()),
      oddNames_(namedWarnings),
      archive_(archive),
      members_(archive, context.temporaryFolder()),
      table_(members_),
      entries_(members_, options_.onChanged) {
    metadata_.applicationVersion = options_.applicationVersion;
    metadata_.applicationCommit = options_.applicationCommit;
    metadata_.exportTime = context.startTime();
    metadata_.dialect = catalog.dialect;
    metadata_.pipeline = context.pipelineName();
    metadata_.scopes = scopesOf(catalog);
    for (const EntryKindTotals& kind : catalog.entryKinds)
        kindState(kind.kind).totals.coverage = kind.coverage;
    headSize_ = paddedSize(estimateMetadata(catalog, expectedUsers(catalog, options_.usersTable)));
    archive_.reserveFirst(generated(metadataName, headSize_));
    writeSchemaMember();
}

BackupWriter::~BackupWriter() = default;

stream::NewMember BackupWriter::generated(std::string_view name, std::uint64_t size) const {
    stream::NewMember member;
    member.name = name;
    member.modifiedSeconds = seconds_;
    member.size = size;
    return member;
}

void BackupWriter::writeSchemaMember() {
    std::uint64_t size = 0;
    TextBuffer counter(documentBuffer, [&size](std::string_view text) { size += text.size(); });
    writeSchema(counter, catalog_, memberNames_);
    counter.flush();
    members_.begin(generated(schemaName, size));
    TextBuffer text(documentBuffer, [this](std::string_view piece) { members_.write(piece); });
    writeSchema(text, catalog_, memberNames_);
    text.flush();
    members_.end();
}

void BackupWriter::write(Item& item) {
    if (context_.stopToken().stop_requested()) throw Interrupted();
    if (const auto* const table = std::get_if<TableBegin>(&item))
        begin(*table);
    else if (const auto* const batch = std::get_if<BatchPtr>(&item))
        append(**batch);
    else if (const auto* const ended = std::get_if<TableEnd>(&item))
        end(*ended);
    else
        add(std::get<Entry>(item));
}

void BackupWriter::begin(const TableBegin& item) {
    current_ = catalog_.find(item.table);
    if (current_ == nullptr) throw Error("a table came that the catalog does not have");
    const auto index = static_cast<std::size_t>(current_ - catalog_.tables.data());
    userKey_.reset();
    if (current_->name == options_.usersTable) userKey_ = keyColumn(*current_);
    metadata_.tables.push_back({current_->schema, current_->name, memberNames_[index], 0, current_->partial});
    table_.begin(*current_, memberNames_[index], seconds_);
}

void BackupWriter::append(const Batch& batch) {
    if (current_ == nullptr || batch.table() != current_->id || batch.columns() != current_->columns.size())
        throw Error("rows came that do not belong to the table '" +
                    (current_ == nullptr ? std::string("(none)") : current_->qualifiedName()) + "'");
    context_.alive();
    table_.append(batch);
    if (userKey_) noteUsers(batch);
}

void BackupWriter::noteUsers(const Batch& batch) {
    const LogicalType& type = current_->columns[*userKey_].type;
    for (std::size_t i = 0; i < batch.rows(); ++i) {
        const Cell& cell = batch.row(i)[*userKey_];
        if (!cell.isNull()) users_.add(plainText(type, cell));
    }
}

void BackupWriter::end(const TableEnd& item) {
    if (current_ == nullptr || item.table != current_->id) throw Error("a table ended that had not begun");
    if (item.rows != table_.rows())
        throw Error("the table '" + current_->qualifiedName() + "' has " + std::to_string(item.rows) +
                    " rows, but " + std::to_string(table_.rows()) + " came");
    table_.end();
    metadata_.tables.back().rows = item.rows;
    if (current_->name == options_.usersTable) metadata_.totalUsers += item.rows;
    if (current_->name == options_.apiKeysTable) metadata_.totalApiKeys += item.rows;
    current_ = nullptr;
}

BackupWriter::KindState& BackupWriter::kindState(const std::string& kind) {
    const auto found = kinds_.find(kind);
    if (found != kinds_.end()) return found->second;
    return kinds_.try_emplace(kind, kind, context_.temporaryFolder()).first->second;
}

void BackupWriter::noteOwner(KindState& kind, const Entry& entry) {
    if (kind.lastOwner == entry.owner) return;
    kind.lastOwner = entry.owner;
    kind.owners.add(entry.owner);
    users_.add(entry.owner);
}

void BackupWriter::add(const Entry& entry) {
    context_.alive();
    const EntryMember::Result result = entries_.write(entry, context_);
    metadata_.setAside += result.setAside ? 1 : 0;
    if (!result.written) return;
    KindState& kind = kindState(entry.kind);
    noteOwner(kind, entry);
    if (entry.type == EntryType::folder) {
        ++kind.totals.folders;
        return;
    }
    ++kind.totals.files;
    kind.totals.bytes += result.bytes;
    // Aviary refuses a storage key that has ".." anywhere, also within a name.
    if (entry.path.find("..") != std::string::npos) oddNames_.add(entry.displayName());
}

void BackupWriter::completeMetadata() {
    for (const Table& table : catalog_.tables) {
        const auto isIt = [&table](const TableTotals& totals) {
            return totals.schema == table.schema && totals.name == table.name;
        };
        if (std::none_of(metadata_.tables.begin(), metadata_.tables.end(), isIt))
            throw Error("the table '" + table.qualifiedName() + "' did not come");
    }
    metadata_.membersSha256.assign(digestLength, '0');  // see finish()
    for (auto& [name, kind] : kinds_) {
        kind.totals.users = kind.owners.count();
        metadata_.entryKinds.push_back(kind.totals);
    }
    for (const std::string& name : oddNames_.names())
        metadata_.warnings.push_back("Aviary does not restore '" + name + "': its path has '..' in it");
    if (oddNames_.unnamed() != 0)
        metadata_.warnings.push_back("Aviary does not restore " + std::to_string(oddNames_.unnamed()) +
                                     " more files: their paths have '..' in them");
    if (isPartial(catalog_) && hasAviarysTables(catalog_)) metadata_.warnings.emplace_back(partialForAviary);
    for (const std::string& warning : metadata_.warnings) context_.warn(warning);
}

std::uint64_t BackupWriter::chooseSize() {
    std::uint64_t size = 1;  // the line feed at the end
    TextBuffer counter(documentBuffer, [&size](std::string_view text) { size += text.size(); });
    writeMetadata(counter, metadata_, users_);
    counter.flush();
    const std::uint64_t wanted = paddedSize(size);
    return options_.reproducible ? wanted : std::max(wanted, headSize_);
}

/// Gives the document in pieces, `padded` bytes in all.
template <class Visit>
void BackupWriter::visitMetadata(std::uint64_t padded, Visit visit) {
    std::uint64_t size = 0;
    TextBuffer text(documentBuffer, [&](std::string_view piece) {
        size += piece.size();
        visit(piece);
    });
    writeMetadata(text, metadata_, users_);
    text.flush();
    // The last line feed is the padded document's last byte.
    const std::string blanks(4096, ' ');
    for (std::uint64_t left = padded - size - 1; left != 0;) {
        const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(left, blanks.size()));
        text.append(std::string_view(blanks).substr(0, length));
        left -= length;
    }
    text.append('\n');
    text.flush();
}

/// Takes the headers of what is not written yet as they will be.
void BackupWriter::digestHeaders(std::uint64_t metadataSize) {
    const auto first = checksumLine(std::string(digestLength, '0'), metadataName).size();
    const stream::NewMember checksums = generated(checksumsName, first + members_.checksums().size());
    for (const stream::NewMember& member : {checksums, generated(metadataName, metadataSize)}) {
        const std::string header = archive_.header(member);
        members_.headers().update(std::as_bytes(std::span(header)));
    }
    metadata_.membersSha256 = members_.headers().finish();
}

void BackupWriter::writeChecksums(const std::string& metadataHash) {
    const std::string first = checksumLine(metadataHash, metadataName);
    ChecksumList& checksums = members_.checksums();
    archive_.begin(generated(checksumsName, first.size() + checksums.size()));
    archive_.write(std::as_bytes(std::span(first)));
    checksums.forEach([this](std::string_view text) { archive_.write(std::as_bytes(std::span(text))); });
    archive_.end();
}

void BackupWriter::finish() {
    if (current_ != nullptr) throw Error("the table '" + current_->qualifiedName() + "' did not end");
    completeMetadata();
    const std::uint64_t size = chooseSize();
    digestHeaders(size);
    stream::Sha256 hash;
    visitMetadata(size, [&hash](std::string_view text) { hash.update(std::as_bytes(std::span(text))); });
    writeChecksums(hash.finish());
    archive_.closeMembers(generated(metadataName, size));
    visitMetadata(size,
                  [this](std::string_view text) { archive_.fillFirst(std::as_bytes(std::span(text))); });
    archive_.finish();
}

}  // namespace roost::archive
