// The texts in a column of times.
#pragma once

#include <cstddef>
#include <map>
#include <string_view>

#include "roost/catalog.hpp"

namespace roost::sqlite {

/// How the texts of one column spell times, and whether they name instants.
class TimeTexts {
public:
    void add(std::string_view text);

    /// Sets Column::spelling to what is usual, and makes a timestamp whose usual spelling has an offset an
    /// instant (TypeOrigin::inferred), unless its type was set. `whole`: all texts of the column were added,
    /// not its first ones alone; the reason says so.
    void conclude(Column& column, bool whole) const;

    /// True if one of the texts is a time without an offset.
    [[nodiscard]] bool anyLocal() const noexcept { return local_ > 0; }

private:
    std::size_t texts_ = 0;
    std::size_t withOffset_ = 0;
    std::size_t local_ = 0;
    std::map<std::string_view, std::size_t> spellings_;
};

/// Makes each timestamp that holds no time yet an instant where the others of the database that are declared
/// like it are instants, all of them.
void followDeclaredTimes(Catalog& catalog);

}  // namespace roost::sqlite
