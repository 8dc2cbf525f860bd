// What the options of the sink mean for a load.
#pragma once

#include <cstdint>
#include <filesystem>

#include "lib/sql/load_options.hpp"
#include "lib/sql/load_plan.hpp"
#include "lib/sql/sqlite/column_binder.hpp"

namespace roost::sqlite {

using sql::Triggers;

/// The option `on-orphans`: what becomes of rows that refer to rows that are not there after the load.
enum class OnOrphans : std::uint8_t {
    fail,
    apply,  ///< those of tables that do not come get what their foreign key says for a deleted parent
    keep,
};

struct LoadSettings {
    sql::LoadOptions load;
    Triggers triggers = Triggers::skip;
    OnOrphans onOrphans = OnOrphans::fail;
    TimeFormat times;
    sql::OnBadValue onBadValue = sql::OnBadValue::fail;
    std::filesystem::path rejectFile;
    bool verify = true;
};

}  // namespace roost::sqlite
