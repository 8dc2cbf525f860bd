#include "lib/sql/mapping/free_names.hpp"

#include <string>

#include "lib/sql/mapping/target_names.hpp"
#include "lib/sql/name_pattern.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::sql::mapping {

namespace {

using storage::shownName;

class NameCheck {
public:
    NameCheck(const Catalog& before, const Catalog& after, const RuledCatalog& ruled, Dialect from,
              Dialect to)
        : before_(before), after_(after), ruled_(ruled), from_(from), to_(to) {}

    void check() {
        const NameCase targetCase = to_ == Dialect::sqlite ? NameCase::folded : NameCase::exact;
        for (std::size_t i = 0; i < before_.tables.size(); ++i) {
            if (ruled_.fates[i].dropped) continue;
            if (ruled_.fates[i].renamed) requireFreeTable(i, targetCase);
            requireFreeColumns(i, targetCase);
        }
    }

private:
    void requireFitting(const std::string& what, const std::string& name) const {
        if (to_ == Dialect::postgresql && name.size() > longestName)
            throw Error("the new name of " + what + " has " + std::to_string(name.size()) +
                            " bytes: " + shownName(name),
                        "PostgreSQL's names have at most " + std::to_string(longestName));
    }

    void requireFreeTable(std::size_t place, NameCase nameCase) {
        const Table& table = after_.tables[place];
        const std::string what = "table " + shownName(before_.tables[place].qualifiedName());
        requireFitting(what, table.name);
        if (to_ == Dialect::sqlite && sameName(table.name.substr(0, 7), "sqlite_", NameCase::folded))
            throw Error(what + " can't be called " + shownName(table.name),
                        "SQLite keeps names that begin with 'sqlite_' for itself");
        const auto refuse = [&](const std::string& taken) {
            throw Error(what + " can't become " + shownName(table.qualifiedName()) + ": " + taken,
                        "choose another name with a rule, or drop one of them");
        };
        const auto same = [&](const std::string& schema, const std::string& name) {
            return schema == table.schema && sameName(name, table.name, nameCase);
        };
        for (std::size_t i = 0; i < before_.tables.size(); ++i) {
            if (ruled_.fates[i].dropped) continue;
            const Table& other = after_.tables[i];
            if (i != place && same(other.schema, other.name))
                refuse("table " + shownName(before_.tables[i].qualifiedName()) + " has that name there");
            for (const Index& index : other.indexes)  // between the dialects an index gets another name
                if (from_ == to_ && same(other.schema, index.name))
                    refuse("an index of table " + shownName(before_.tables[i].qualifiedName()) +
                           " has that name");
        }
        for (const NativeObject& object : after_.objects)
            if (from_ == to_ && object.type.ends_with("view") && same(object.schema, object.name))
                refuse("a " + object.type + " has that name");
    }

    void requireFreeColumns(std::size_t place, NameCase nameCase) {
        const ColumnNames& names = ruled_.fates[place].columns;
        if (!names.anyChanged()) return;
        for (const ColumnNames::Entry& entry : names.entries()) {
            if (entry.isDropped() || !entry.isChanged()) continue;
            const std::string what =
                "column " + shownName(before_.tables[place].qualifiedName() + "." + entry.before);
            requireFitting(what, *entry.after);
            for (const ColumnNames::Entry& other : names.entries())
                if (&other != &entry && other.after && sameName(*other.after, *entry.after, nameCase))
                    throw Error(what + " can't be called " + shownName(*entry.after) + ": column '" +
                                    shownName(other.before) + "' has that name",
                                "choose another name, or drop or rename the other one");
        }
    }

    const Catalog& before_;
    const Catalog& after_;
    const RuledCatalog& ruled_;
    Dialect from_;
    Dialect to_;
};

}  // namespace

void requireFreeNames(const Catalog& before, const Catalog& after, const RuledCatalog& ruled, Dialect from,
                      Dialect to) {
    NameCheck(before, after, ruled, from, to).check();
}

}  // namespace roost::sql::mapping
