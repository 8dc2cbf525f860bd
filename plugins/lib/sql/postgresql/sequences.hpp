// Sequences and where they stand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/sql/postgresql/column_types.hpp"
#include "lib/sql/postgresql/connection.hpp"
#include "roost/catalog.hpp"

namespace roost::sql::postgresql {

/// A sequence. Sequences stand outside of transactions: the state is that of the moment of reading, never
/// behind the snapshot that was taken before.
struct Sequence {
    Oid oid = 0;
    std::string schema;  ///< as the server has it
    std::string name;
    Oid ownerTable = 0;  ///< 0 where no column owns it
    int ownerColumn = 0;
    std::string ownerTableSchema;
    std::string ownerTableName;
    std::string ownerColumnName;
    bool identity = false;  ///< made by GENERATED ... AS IDENTITY
    std::string typeName;
    std::int64_t start = 1;
    std::int64_t increment = 1;
    std::int64_t minimum = 1;
    std::int64_t maximum = 1;
    std::int64_t cache = 1;
    bool cycles = false;
    bool readable = true;
    std::int64_t lastValue = 1;
    bool called = false;

    /// What nextval() would give; nothing where the sequence is exhausted or may not be read.
    [[nodiscard]] std::optional<std::int64_t> nextValue() const;
    /// "START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 100 CACHE 1", with CYCLE where it does.
    [[nodiscard]] std::string options() const;
    /// CREATE SEQUENCE and setval(): type "sequence".
    [[nodiscard]] NativeObject object() const;
    /// ALTER SEQUENCE ... OWNED BY, for when the table is there: type "sequence owner". Only if a column owns
    /// it.
    [[nodiscard]] NativeObject ownership() const;
};

/// All sequences outside of system schemas and extensions, in order of schema and name.
[[nodiscard]] std::vector<Sequence> readSequences(Connection& connection);

}  // namespace roost::sql::postgresql
