// Rows like those of a server that has run for a year.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/random.hpp"
#include "bench/row_output.hpp"
#include "bench/user_files.hpp"

namespace roost::bench {

/// How many rows each table gets.
struct RowPlan {
    std::uint64_t users = 0;
    std::uint64_t settings = 0;
    std::uint64_t keys = 0;
    std::uint64_t sessions = 0;
    std::uint64_t folders = 0;
    std::uint64_t attempts = 0;
    std::uint64_t documents = 0;
};

/// Spreads `rows` over the tables, most of them to documents. Throws std::invalid_argument where they are too
/// few to give each user one.
[[nodiscard]] RowPlan planRows(std::uint64_t rows, std::size_t users);

/// Writes all tables to all outputs. The first documents are the given files.
class AviaryRows {
public:
    AviaryRows(const std::vector<User>& users, const std::vector<UserFile>& files, Random& random,
               const std::vector<std::unique_ptr<RowOutput>>& outputs)
        : users_(users), files_(files), random_(random), outputs_(outputs) {}

    void write(const RowPlan& plan);

private:
    void userRows(std::uint64_t count);
    void settingRows();
    void keyRows(std::uint64_t count);
    void sessionRows(std::uint64_t count);
    void folderRows(std::uint64_t count);
    void attemptRows(std::uint64_t count);
    void documentRows(std::uint64_t count);

    template <class Row>
    void table(std::string_view name, std::size_t columns, std::uint64_t count, Row row);
    void put(std::initializer_list<Value> values);
    [[nodiscard]] const User& someone();
    [[nodiscard]] Moment moment();
    [[nodiscard]] Moment momentByDatabase();
    [[nodiscard]] Value sometimes(std::uint64_t percent, Value value);
    [[nodiscard]] std::string uuid();
    [[nodiscard]] std::string hash();
    [[nodiscard]] std::string address();

    const std::vector<User>& users_;
    const std::vector<UserFile>& files_;
    Random& random_;
    const std::vector<std::unique_ptr<RowOutput>>& outputs_;
};

}  // namespace roost::bench
