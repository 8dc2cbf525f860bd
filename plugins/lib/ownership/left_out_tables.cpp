#include "lib/ownership/left_out_tables.hpp"

#include <cstddef>
#include <utility>

#include "lib/sql/name_pattern.hpp"
#include "roost/error.hpp"

namespace roost::ownership {

void leaveOut(Selection& selection, const Catalog& catalog, const std::vector<std::string>& without,
              Context& context) {
    const auto nameCase = catalog.dialect == "sqlite" ? sql::NameCase::folded : sql::NameCase::exact;
    std::vector<bool> left(catalog.tables.size());
    for (const std::string& name : without) {
        const sql::NamePattern pattern(name, nameCase);
        bool found = false;
        for (std::size_t table = 0; table < catalog.tables.size(); ++table) {
            const Table& candidate = catalog.tables[table];
            if (!pattern.matches(candidate.name) && !pattern.matches(candidate.qualifiedName())) continue;
            if (table == selection.graph.users)
                throw Error("'as-without' names table " + candidate.qualifiedName() +
                            ", which is that of the users");
            found = left[table] = true;
        }
        if (!found) context.warn("'as-without' names '" + name + "', and the sources have no such table");
    }
    for (const Reference& reference : selection.graph.references) {
        const auto& [child, parent] = std::pair(reference.key.child, reference.key.parent);
        if (!left[parent] || left[child] || selection.tables[child].fate == TableSelection::Fate::dropped)
            continue;
        throw Error("'as-without' leaves out table " + catalog.tables[parent].qualifiedName() +
                        ", to which table " + catalog.tables[child].qualifiedName() + " refers",
                    "leave both out, or neither");
    }
    for (std::size_t table = 0; table < left.size(); ++table)
        if (left[table]) {
            selection.tables[table].fate = TableSelection::Fate::dropped;
            selection.tables[table].how = "left out of the copy";
        }
}

}  // namespace roost::ownership
