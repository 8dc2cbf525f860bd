// The enums and domains that a catalog's columns are made of.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "roost/catalog.hpp"

namespace roost::sql::mapping {

struct Domain {
    std::string baseType;
    std::optional<std::string> defaultValue;
    bool notNull = false;
    std::vector<CheckConstraint> checks;
};

/// What CREATE DOMAIN says; nothing where it has a form that is not understood.
[[nodiscard]] std::optional<Domain> parseDomain(std::string_view sql);

/// Finds native objects of PostgreSQL by the names that expressions and columns call them.
class UserTypes {
public:
    explicit UserTypes(const Catalog& catalog) : catalog_(&catalog) {}

    /// The place among Catalog::objects of the one that `spelled` names (rating, public."Rating",
    /// billing.state), or nothing.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view objectType,
                                                  std::string_view spelled) const;

private:
    const Catalog* catalog_;
};

}  // namespace roost::sql::mapping
