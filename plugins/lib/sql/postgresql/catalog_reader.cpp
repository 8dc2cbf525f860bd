#include "lib/sql/postgresql/catalog_reader.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "lib/sql/postgresql/native_objects.hpp"
#include "lib/sql/postgresql/sequences.hpp"
#include "lib/sql/postgresql/table_scan.hpp"
#include "lib/sql/type_overrides.hpp"

namespace roost::sql::postgresql {

namespace {

/// True where `type` says no more than that there is text, or that a time has no zone.
bool leavesChoice(const LogicalType& declared, const LogicalType& wanted) {
    if (declared.kind == TypeKind::text) return true;
    return declared.kind == TypeKind::timestamp && !declared.withZone && wanted.kind == TypeKind::timestamp;
}

}  // namespace

DescribedCatalog readCatalog(Snapshot& snapshot, bool countExactly, Context& context) {
    Connection& connection = *snapshot.connection;
    DescribedCatalog described;
    Catalog& catalog = described.catalog;
    catalog.dialect = "postgresql";
    catalog.warnings = snapshot.listing.remarks;
    if (connection.parameter("server_encoding") == "SQL_ASCII")
        catalog.warnings.emplace_back(
            "the database's encoding is SQL_ASCII, which is none: its text is carried byte for byte and may "
            "not be UTF-8");

    std::vector<Relation> tables;
    std::ranges::copy_if(snapshot.listing.relations, std::back_inserter(tables), &Relation::holdsRows);
    const std::vector<Sequence> sequences = readSequences(connection);
    described.tables = describeTables(connection, tables, sequences, catalog.warnings);
    for (std::size_t i = 0; i < described.tables.size(); ++i) {
        TableDescription& description = described.tables[i];
        description.table.id = static_cast<TableId>(i);
        if (!description.relation.extensionMember) description.table.nativeSql = createStatement(description);
        if (countExactly) {
            context.alive();
            description.table.rows = countRows(connection, description);
        }
        catalog.tables.push_back(description.table);
    }
    catalog.objects = readObjects(connection, snapshot.listing.relations, sequences, snapshot.listing.schemas,
                                  catalog.warnings);
    return described;
}

std::vector<std::string> applyTypes(const TextMap& types, Catalog& catalog) {
    const Catalog before = catalog;
    // Here a pattern may spell `public` out, which the catalog leaves away.
    for (Table& table : catalog.tables)
        if (table.schema.empty()) table.schema = "public";
    std::vector<std::string> remarks = TypeOverrides(types, NameCase::exact).apply(catalog);
    for (std::size_t i = 0; i < catalog.tables.size(); ++i) {
        catalog.tables[i].schema = before.tables[i].schema;
        for (std::size_t c = 0; c < catalog.tables[i].columns.size(); ++c) {
            Column& column = catalog.tables[i].columns[c];
            const Column& declared = before.tables[i].columns[c];
            if (column.numbersAre != NumericTime::none)
                remarks.push_back("'types' says " + formatType(column) + " for " +
                                  before.tables[i].qualifiedName() + "." + column.name +
                                  ": PostgreSQL keeps no numbers in columns of times");
            column.numbersAre = NumericTime::none;
            if (column.typeOrigin != TypeOrigin::set || column.type == declared.type) {
                column = declared;
            } else if (!leavesChoice(declared.type, column.type)) {
                remarks.push_back("'types' says " + format(column.type) + " for " +
                                  before.tables[i].qualifiedName() + "." + column.name +
                                  ", which is declared " + declared.nativeType + " and stays " +
                                  format(declared.type));
                column = declared;
            }
        }
    }
    return remarks;
}

}  // namespace roost::sql::postgresql
