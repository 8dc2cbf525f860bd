// SQLite's storage classes, and the type of a column that holds one of them alone.
#pragma once

#include <sqlite3.h>

#include <array>
#include <string_view>

#include "roost/types.hpp"

namespace roost::sqlite {

struct StorageKind {
    int number = 0;  ///< SQLITE_INTEGER, ...
    TypeKind kind = TypeKind::other;
    std::string_view noun;  ///< takes an "s" in the plural
};

inline constexpr std::array<StorageKind, 4> storageKinds{{
    {SQLITE_INTEGER, TypeKind::int64, "whole number"},
    {SQLITE_FLOAT, TypeKind::float64, "real"},
    {SQLITE_TEXT, TypeKind::text, "text"},
    {SQLITE_BLOB, TypeKind::bytes, "blob"},
}};

}  // namespace roost::sqlite
