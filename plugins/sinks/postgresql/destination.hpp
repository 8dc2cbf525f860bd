// Where the rows of one table go.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/sql/load_plan.hpp"
#include "lib/sql/postgresql/column_types.hpp"
#include "lib/sql/postgresql/digest_fields.hpp"
#include "lib/sql/postgresql/identifiers.hpp"
#include "lib/sql/postgresql/target_column.hpp"
#include "lib/sql/table_digest.hpp"

namespace roost::postgresql {

/// A table of the plan, as it stands in the target.
struct Destination {
    const sql::TableLoad* load = nullptr;
    sql::postgresql::Oid oid = 0;  ///< of the application's table; of the new one where it is made
    bool partitioned = false;
    bool standIn = false;    ///< `table` stands in for the application's
    std::string table;       ///< quoted: what the rows are to end up in
    std::string copySchema;  ///< what COPY writes to
    std::string copyRelation;
    std::vector<sql::postgresql::TargetColumn> columns;  ///< those that are loaded, as TableLoad::columns
    std::optional<sql::postgresql::DigestFields> fields;
    std::optional<sql::TableDigest> digest;  ///< of the rows that came, where they are to be verified

    /// The table as FROM takes it: without its heirs, with its partitions.
    [[nodiscard]] std::string rows() const { return (partitioned || standIn ? "" : "ONLY ") + table; }
    [[nodiscard]] std::string columnList() const {
        std::string list;
        for (const sql::postgresql::TargetColumn& column : columns)
            list += (list.empty() ? "" : ", ") + sql::quoteIdentifier(column.name);
        return list;
    }
};

/// The schema as the server has it.
[[nodiscard]] inline std::string serverSchema(const std::string& schema) {
    return schema.empty() ? "public" : schema;
}

}  // namespace roost::postgresql
