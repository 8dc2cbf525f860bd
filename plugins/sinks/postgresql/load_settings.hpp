// What the options of a load come to.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "lib/sql/load_options.hpp"
#include "lib/sql/load_plan.hpp"

namespace roost::postgresql {

using sql::Triggers;

/// The option `on-orphans`: what becomes of rows of tables that don't come, whose parents are gone.
enum class OnOrphans : std::uint8_t { fail, apply };

struct LoadSettings {
    sql::LoadOptions tables;
    Triggers triggers = Triggers::skip;
    OnOrphans onOrphans = OnOrphans::fail;
    sql::OnBadValue onBadValue = sql::OnBadValue::fail;
    std::filesystem::path rejectFile;
    bool verify = true;
    std::chrono::milliseconds lockTimeout{30'000};
    /// Loads into stand-ins, and locks nothing that anybody else uses.
    bool rehearsal = false;
};

}  // namespace roost::postgresql
