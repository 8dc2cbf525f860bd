// What PostgreSQL's types mean, and how their values are asked for.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lib/sql/postgresql/connection.hpp"
#include "lib/sql/postgresql/row_decoder.hpp"
#include "roost/types.hpp"

namespace roost::sql::postgresql {

using Oid = std::uint32_t;

/// A row of pg_type, as far as it matters here.
struct TypeEntry {
    std::string schema;
    std::string name;
    char type = 'b';        ///< pg_type.typtype: 'b'ase, 'c'omposite, 'd'omain, 'e'num, 'r'ange, 'm'ultirange
    Oid base = 0;           ///< of a domain
    int baseModifier = -1;  ///< of a domain
    Oid element = 0;        ///< of an array; 0 for anything else
    std::string output;     ///< the output function, quoted and with its schema
    bool stringExtension = false;  ///< citext
};

/// How the values of one column are read.
struct ColumnReading {
    LogicalType type;
    FieldForm form = FieldForm::text;
    std::string expression;  ///< what COPY selects, quoted
};

/// The types of a set of tables, read in one query.
class ColumnTypes {
public:
    /// The types of all columns of these tables, and those that they are made of. `tables` is an array of
    /// oids as PostgreSQL writes it: "{16384,16390}".
    [[nodiscard]] static ColumnTypes read(Connection& connection, const std::string& tables);

    /// How to read a column of that type; `modifier` is pg_attribute.atttypmod.
    /// Types with a binary form that roost decodes are selected as they are, everything else as the text that
    /// the type's own output function gives (a cast to text may give another one: inet's does). money is cast
    /// to numeric, whose digits don't depend on the server's language.
    [[nodiscard]] ColumnReading reading(const std::string& column, Oid type, int modifier) const;

private:
    [[nodiscard]] const TypeEntry& entry(Oid type) const;
    [[nodiscard]] LogicalType logical(Oid type, int modifier) const;

    std::map<Oid, TypeEntry> types_;
};

}  // namespace roost::sql::postgresql
