// The owners whose files go along, however many they are.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "lib/sql/sqlite/connection.hpp"
#include "lib/sql/sqlite/private_copy.hpp"
#include "lib/sql/sqlite/statement.hpp"
#include "roost/stage.hpp"

namespace roost::ownership {

/// A few are kept in memory, many in an unlinked temporary database. Filled first; then any thread may ask.
class OwnerList final : public OwnerChoice {
public:
    explicit OwnerList(std::filesystem::path temporaryFolder) : folder_(std::move(temporaryFolder)) {}

    void add(const std::string& owner);
    [[nodiscard]] bool contains(std::string_view owner) const override;

private:
    void spill();

    std::filesystem::path folder_;
    std::set<std::string, std::less<>> few_;
    std::unique_ptr<sqlite::UnlinkedDatabase> many_;
    std::unique_ptr<sqlite::Statement> insert_;
    mutable std::unique_ptr<sqlite::Statement> look_;
    mutable std::mutex mutex_;
    // Files of one owner come one after the other.
    mutable std::string last_;
    mutable bool lastContained_ = false;
    mutable bool asked_ = false;
};

}  // namespace roost::ownership
