#include "transforms/user_filter/user_filter.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "lib/ownership/left_out_tables.hpp"
#include "lib/sql/mapping/ruled_mapping.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"
#include "roost/version.hpp"

namespace roost {

using ownership::Selection;
using ownership::TableSelection;
using Fate = TableSelection::Fate;

namespace {

/// A table's name as a pattern that fits nothing else.
std::string asPattern(const std::string& name) {
    std::string pattern;
    for (const char c : name) {
        if (c == '*' || c == '?' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern;
}

}  // namespace

PluginInfo UserFilter::info() {
    return {"user-filter",
            std::string(version()),
            "Keeps the data of chosen users, found by foreign keys, and nobody else's",
            "user-filter",
            {}};
}

const OptionTable<UserFilter::Options>& UserFilter::options() {
    static const auto table =
        OptionTable<Options>()
            .list("users", &Options::users,
                  "The users whose data is kept, by a name that one of the columns `names` has. Where nobody "
                  "is "
                  "called so to the letter, `*` stands for any characters, `?` for one, and `\\` takes the "
                  "next "
                  "one as it is. All that `where` finds, if none is named.")
            .example("alice, bob@example.com")
            .list("exclude", &Options::exclude, "Users who are left out again, named likewise.")
            .example("*@example.org")
            .map("where", &Options::where,
                 "Columns of the users table and what they have to be, with `*` and `?`; all of them count.")
            .example("{is_active: true, email: '*@example.com'}")
            .list(
                "names", &Options::names,
                "The columns of the users table that name a user; those that it has. By default id, username "
                "and email.")
            .example("CustomerId, Email")
            .text("users-table", &Options::usersTable, "The table with a row for each user.")
            .map("owner", &Options::owner,
                 "Ties tables to users where no foreign key does, or otherwise than keys do: the table and "
                 "its "
                 "column with the user's key (several with commas), or `table.column` and the column that it "
                 "refers to. `none` unties a table.")
            .example("{memo: creator_id, memo_relation.memo_id: memo.id, audit_log: none}")
            .map("match", &Options::match,
                 "Ties tables to users by another value than their key: `table.column` and the column that "
                 "has "
                 "the same value.")
            .example("{login_attempts.username: users.username}")
            .choice(
                "unowned", &Options::unowned, {"exclude", "include"},
                "What becomes of tables that are tied to no user and to which nothing kept refers: left out, "
                "or taken whole.")
            .list("include-tables", &Options::includeTables,
                  "Tables that are tied to no user and are taken whole all the same, by name or pattern.")
            .example("system_settings")
            .choice(
                "references", &Options::references, {"fail", "null", "include", "keep"},
                "What becomes of a reference from a row that is kept to a row of a user who is not: the run "
                "fails and names the rows, the reference is made null, or the row that it leads to goes "
                "along (with data of another user). keep: it stays as it is, for a target where that row is "
                "there.")
            .text("files-by", &Options::filesBy,
                  "The column of the users table that names a user's folder of files. By default its primary "
                  "key.")
            .example("username")
            .boolean("allow-empty", &Options::allowEmpty,
                     "Lets a choice that comes to no user make an export without users, and a pattern fit "
                     "nobody.")
            .text(
                "as", &Options::as,
                "Makes it a copy of the one user that is chosen, under this name, with new keys for all rows "
                "that are the user's, so that it can stand beside the original. Empty for none.")
            .example("alice-as-of-monday")
            .map("as-values", &Options::asValues,
                 "With `as`, columns of the users table and the texts that the copy has there. Other columns "
                 "that "
                 "no two users share are made null, or an e-mail address one with `+name`.")
            .example("{email: alice.old@example.com}")
            .list("as-without", &Options::asWithout,
                  "With `as`, tables whose rows are not copied, by name or pattern: keys and sessions that "
                  "would "
                  "be valid for two.")
            .example("api_keys, user_sessions")
            .list("as-paths", &Options::asPaths,
                  "With `as`, columns with paths to the user's files: where a part of a path is the name of "
                  "the "
                  "user's folder, it becomes that of the copy's.")
            .example("documents.local_path")
            .map("as-references", &Options::asReferences,
                 "With `as`, columns that refer to others without a foreign key that says so, and that "
                 "`owner` "
                 "does not name.")
            .example("{memo_relation.related_memo_id: memo.id}");
    return table;
}

void UserFilter::check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
    if (options.users.empty() && options.exclude.empty() && options.where.empty())
        diagnostics.error(settings.position, "user-filter does not say which users are kept", 0,
                          "add 'users', 'exclude' or 'where'");
    for (const char* key : {"users", "exclude", "names"}) {
        const Node* list = settings.find(key);
        if (list == nullptr) continue;
        for (const Node& item : list->items)
            if (item.isScalar() && item.scalar.empty())
                diagnostics.error(item.position, "an empty name in '" + std::string(key) + "'");
    }
}

ownership::SelectionOptions UserFilter::selectionOptions() const {
    ownership::SelectionOptions made;
    made.graph.usersTable = options_.usersTable;
    made.graph.owner = options_.owner;
    made.graph.match = options_.match;
    made.users.users = options_.users;
    made.users.exclude = options_.exclude;
    made.users.where = options_.where;
    if (!options_.names.empty()) made.users.names = options_.names;
    made.users.allowEmpty = options_.allowEmpty;
    made.includeUnowned = options_.unowned == Unowned::include;
    made.includeTables = options_.includeTables;
    made.references = options_.references;
    made.filesBy = options_.filesBy;
    made.copies = !options_.as.empty();
    return made;
}

void UserFilter::connect(SourceAccess& sources, Catalog& catalog, Context& context) {
    if (!sources.isFirst())
        throw Error(
            "user-filter has to be the first transform: it compares what comes with what the sources hold",
            "move it before the others");
    if (catalog.tables.empty())
        throw Error("user-filter finds no tables: whose files are whose stands in the users table",
                    "add the database as a source");
    Selection selection = ownership::select(catalog, selectionOptions(), sources, context);
    for (const std::string& remark : selection.remarks) context.warn(remark);
    if (options_.references == ownership::References::include)
        context.warn("'references: include' takes rows of other users along where something refers to them");
    context.note(storage::counted(selection.users, "user is", "users are") + " chosen");
    if (!options_.as.empty()) makeCopy(selection, sources, catalog, context);
    restrictSources(selection, sources, catalog, context);
    for (std::size_t i = 0; i < catalog.tables.size(); ++i)
        if (selection.tables[i].fate != Fate::dropped) {
            catalog.tables[i].partial |= selection.tables[i].fate == Fate::rows;
            if (!selection.ownership.empty()) catalog.tables[i].ownership = selection.ownership[i];
        }
    catalog.chosenUsers = selection.chosenUsers;
    catalog.ownershipUnknown = selection.ownershipUnknown;
    catalog.owners = selection.owners;
    if (copy_) copy_->rewrite(catalog);
    dropTables(selection, catalog, context);
    owners_ = selection.owners;
    if (!catalog.entryKinds.empty()) sources.chooseOwners(owners_, catalog);
    for (EntryKindTotals& kind : catalog.entryKinds) {
        kind.coverage = std::max(kind.coverage, Coverage::users);
        context.note(kind.kind + ": " + storage::counted(kind.files, "file", "files") + " of " +
                     storage::counted(kind.users, "user", "users") + ", " + storage::shownSize(kind.bytes));
    }
}

void UserFilter::makeCopy(Selection& selection, SourceAccess& sources, const Catalog& catalog,
                          Context& context) {
    const ownership::CopyOptions options{options_.as, options_.asValues, options_.asPaths,
                                         options_.asReferences};
    ownership::leaveOut(selection, catalog, options_.asWithout, context);
    copy_ = std::make_unique<const ownership::UserCopy>(options, catalog, selection, sources, context);
}

void UserFilter::restrictSources(const Selection& selection, SourceAccess& sources, Catalog& catalog,
                                 Context& context) {
    for (std::size_t i = 0; i < catalog.tables.size(); ++i) {
        Table& table = catalog.tables[i];
        const TableSelection& chosen = selection.tables[i];
        const bool selective = sources.access(table.id) == RowAccess::chosen;
        bool counted = context.dryRun();
        if (chosen.fate == Fate::dropped) {
            if (selective) sources.restrict(table.id, RowCondition::nothing());
            table.rows = 0;
        } else if (chosen.numbers) {
            table.rows = chosen.numbers->count();
            counted = true;
        } else {
            table.rows = sources.restrict(table.id, *chosen.rows);
            if (i == selection.graph.users && options_.references != ownership::References::include) {
                table.rows = selection.users;
                counted = true;
            }
        }
        const bool shown = counted && chosen.fate != Fate::dropped;
        context.note("table " + table.qualifiedName() + ": " +
                     (shown ? storage::counted(table.rows, "row", "rows") + ", " : "") + chosen.how);
        if (chosen.fate != Fate::dropped) passages_[table.id].selection = chosen;
    }
}

/// With what stands on them: views, triggers.
void UserFilter::dropTables(const Selection& selection, Catalog& catalog, Context& context) const {
    std::vector<sql::mapping::SchemaRule> rules;
    for (std::size_t i = 0; i < catalog.tables.size(); ++i) {
        if (selection.tables[i].fate != Fate::dropped) continue;
        sql::mapping::SchemaRule& rule = rules.emplace_back();
        rule.table = asPattern(catalog.tables[i].qualifiedName());
        rule.drop = true;
    }
    if (rules.empty()) return;
    // A name without a schema fits tables of that name in every schema.
    for (std::size_t i = 0; i < catalog.tables.size(); ++i)
        if (selection.tables[i].fate != Fate::dropped && !catalog.tables[i].schema.empty()) {
            sql::mapping::SchemaRule& rule = rules.emplace_back();
            rule.table = asPattern(catalog.tables[i].qualifiedName());
            rule.drop = false;
        }
    if (const auto dialect = sql::mapping::dialectNamed(catalog.dialect)) {
        static_cast<void>(sql::mapping::mapByOrder(catalog, {*dialect, *dialect, rules, {}},
                                                   [&](const std::string& text) { context.warn(text); }));
        return;
    }
    std::erase_if(catalog.tables, [this](const Table& table) { return !passages_.contains(table.id); });
}

BatchPtr UserFilter::pick(const BatchPtr& batch, Passage& passage) {
    const TableSelection& selection = passage.selection;
    const std::uint64_t first = passage.seen;
    passage.seen += batch->rows();
    if (!selection.numbers) {
        passage.kept += batch->rows();
        return batch;
    }
    auto result = std::make_shared<Batch>(batch->table(), batch->columns());
    for (std::size_t i = 0; i < batch->rows(); ++i) {
        if (!selection.numbers->contains(first + i)) continue;
        const auto from = batch->row(i);
        const auto to = result->addRow();
        std::ranges::copy(from, to.begin());
        for (const ownership::Emptied& emptied : selection.emptied)
            if (emptied.rows.contains(first + i))
                for (const std::size_t column : emptied.columns) to[column] = Cell::null();
    }
    if (result->empty()) return nullptr;
    passage.kept += result->rows();
    result->keep(batch);  // what the cells point to
    return result;
}

bool UserFilter::apply(Item& item) {
    if (auto* entry = std::get_if<Entry>(&item)) {
        if (!owners_ || !owners_->contains(entry->owner)) return false;
        if (copy_) entry->owner = copy_->folder(entry->owner);
        return true;
    }
    if (const auto* begin = std::get_if<TableBegin>(&item)) return passages_.contains(begin->table);
    if (auto* batch = std::get_if<BatchPtr>(&item)) {
        const auto found = passages_.find((*batch)->table());
        if (found == passages_.end()) return false;
        *batch = pick(*batch, found->second);
        if (*batch != nullptr && copy_) *batch = copy_->copied(*batch);
        return *batch != nullptr;
    }
    auto& end = std::get<TableEnd>(item);
    const auto found = passages_.find(end.table);
    if (found == passages_.end()) return false;
    const Passage& passage = found->second;
    if (passage.selection.numbers && passage.selection.scanned != passage.seen)
        throw Error("the source gave " + std::to_string(passage.seen) + " rows where it had " +
                        std::to_string(passage.selection.scanned) + " before",
                    "run again when nobody writes to it");
    end.rows = passage.kept;
    return true;
}

}  // namespace roost
