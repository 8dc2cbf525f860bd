#include "lib/archive/content_analysis.hpp"

#include <algorithm>

#include "lib/archive/cell_encoder.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::archive {

namespace {

constexpr std::size_t namedDifferences = 5;
/// Behind a name and a NUL: which side it is from.
constexpr char fromRow = 'R';
constexpr char fromFile = 'F';

const Table* findTable(const Catalog& catalog, const std::string& name) {
    for (const Table& table : catalog.tables)
        if (table.qualifiedName() == name) return &table;
    return nullptr;
}

bool hasKind(const Catalog& catalog, const std::string& kind) {
    return std::any_of(catalog.entryKinds.begin(), catalog.entryKinds.end(),
                       [&kind](const EntryKindTotals& totals) { return totals.kind == kind; });
}

std::string sentence(const storage::NameSample& names, std::string_view one, std::string_view many) {
    return storage::counted(names.count(), one, many) + ": " + names.text();
}

}  // namespace

ContentAnalysis::ContentAnalysis(const ContentRules& rules, const Catalog& catalog,
                                 const std::filesystem::path& temporaryFolder) {
    for (const FileColumn& rule : rules.files) {
        const Table* const table = findTable(catalog, rule.table);
        const auto column = table == nullptr ? std::nullopt : table->columnIndex(rule.column);
        if (column && hasKind(catalog, rule.kind))
            namings_.push_back({rule, table->id, *column, SortedSpool(temporaryFolder)});
    }
    for (const ContentColumn& rule : rules.contents) {
        const Table* const table = findTable(catalog, rule.table);
        if (table == nullptr || table->primaryKey.size() != 1 || !hasKind(catalog, rule.kind)) continue;
        const auto column = table->columnIndex(rule.column);
        const auto key = table->columnIndex(table->primaryKey.front());
        if (column && key)
            copyings_.push_back(
                {rule, table->id, *column, *key, table->columns[*key].type, SortedSpool(temporaryFolder)});
    }
}

void ContentAnalysis::addRows(const Batch& batch) {
    for (Naming& naming : namings_)
        if (naming.table == batch.table())
            for (std::size_t i = 0; i < batch.rows(); ++i) {
                const Cell& cell = batch.row(i)[naming.column];
                if (cell.kind() == CellKind::text) addNamed(naming, cell.text());
            }
    for (Copying& copying : copyings_)
        if (copying.table == batch.table())
            for (std::size_t i = 0; i < batch.rows(); ++i)
                addCopy(copying, batch.row(i)[copying.key], batch.row(i)[copying.column]);
}

/// Values of another form name no file of the archive.
void ContentAnalysis::addNamed(Naming& naming, std::string_view value) {
    const FileColumn& rule = naming.rule;
    if (value.find('\0') != std::string_view::npos) return;
    for (std::size_t at = value.find(rule.front); at != std::string_view::npos;
         at = value.find(rule.front, at + 1)) {
        if (at != 0 && value[at - 1] != '/') continue;
        const std::string_view rest = value.substr(at + rule.front.size());
        const std::size_t slash = rest.find('/');
        if (slash == 0 || slash == std::string_view::npos || !rest.substr(slash).starts_with(rule.middle))
            continue;
        const std::string_view path = rest.substr(slash + rule.middle.size());
        if (path.empty()) continue;
        std::string text(rest.substr(0, slash));
        text.append("/").append(path).append(1, '\0').push_back(fromRow);
        naming.names.add(text);
        return;
    }
}

void ContentAnalysis::addCopy(Copying& copying, const Cell& key, const Cell& value) {
    if (key.isNull()) return;
    // What is null there and empty here is not told apart.
    if (value.kind() == CellKind::text)
        hash_.update(value.bytes());
    else if (!value.isNull())
        return;
    text_ = plainText(copying.keyType, key);
    text_.append(1, '\0').push_back(fromRow);
    text_ += hash_.finish();
    copying.digests.add(text_);
}

bool ContentAnalysis::wantsDigest(std::string_view kind, std::string_view path) const noexcept {
    return std::any_of(copyings_.begin(), copyings_.end(), [kind, path](const Copying& copying) {
        return copying.rule.kind == kind && copying.rule.path == path;
    });
}

void ContentAnalysis::addFile(std::string_view kind, std::string_view owner, std::string_view path,
                              std::string_view hexDigest) {
    for (Naming& naming : namings_)
        if (naming.rule.kind == kind) {
            text_.assign(owner).append("/").append(path).append(1, '\0').push_back(fromFile);
            naming.names.add(text_);
        }
    for (Copying& copying : copyings_)
        if (copying.rule.kind == kind && copying.rule.path == path) {
            text_.assign(owner).append(1, '\0').push_back(fromFile);
            text_ += hexDigest;
            copying.digests.add(text_);
        }
}

void ContentAnalysis::compareNames(Naming& naming, std::vector<std::string>& sentences) {
    storage::NameSample missing(namedDifferences);
    storage::NameSample unnamed(namedDifferences);
    std::string last;  // a file, which sorts before the row that names it
    bool open = false;
    const auto close = [&] {
        if (std::exchange(open, false)) unnamed.add(naming.rule.kind + "/" + last);
    };
    naming.names.forEach([&](std::string_view text) {
        const std::string_view name = text.substr(0, text.size() - 2);
        if (text.back() == fromFile) {
            close();
            last = name;
            open = true;
        } else if (open && last == name) {
            open = false;
        } else {
            missing.add(naming.rule.kind + "/" + std::string(name));
        }
    });
    close();
    const std::string column = naming.rule.table + "." + naming.rule.column;
    if (missing.count() != 0)
        sentences.push_back(sentence(missing, "file that " + column + " names is not in the archive",
                                     "files that " + column + " names are not in the archive"));
    if (unnamed.count() != 0)
        sentences.push_back(sentence(unnamed, "file is in the archive that no row names in " + column,
                                     "files are in the archive that no row names in " + column));
}

void ContentAnalysis::compareCopies(Copying& copying, std::vector<std::string>& sentences) {
    storage::NameSample different(namedDifferences);
    std::string last;  // name and digest of a file
    copying.digests.forEach([&](std::string_view text) {
        const std::size_t end = text.find('\0');
        if (text[end + 1] == fromFile) {
            last = text;
            return;
        }
        const std::string_view file = last;
        if (file.substr(0, end + 1) == text.substr(0, end + 1) &&
            file.substr(end + 2) != text.substr(end + 2))
            different.add(copying.rule.kind + "/" + std::string(text.substr(0, end)) + "/" +
                          copying.rule.path);
    });
    const std::string column = copying.rule.table + "." + copying.rule.column;
    if (different.count() != 0)
        sentences.push_back(sentence(different, "file differs from what " + column + " holds",
                                     "files differ from what " + column + " holds"));
}

std::vector<std::string> ContentAnalysis::finish() {
    std::vector<std::string> sentences;
    for (Naming& naming : namings_) compareNames(naming, sentences);
    for (Copying& copying : copyings_) compareCopies(copying, sentences);
    return sentences;
}

}  // namespace roost::archive
