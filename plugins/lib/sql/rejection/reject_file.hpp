// Rows that a target did not take, as lines of JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/stream/partial_file.hpp"
#include "roost/catalog.hpp"
#include "roost/cell.hpp"

namespace roost::sql {

/// A row that is left out.
struct RejectedRow {
    const Table* table = nullptr;  ///< as it comes
    std::span<const Cell> row;     ///< a cell for each of its columns
    std::vector<std::size_t> key;  ///< columns by which it is found; may be empty
    std::size_t column = none;     ///< the one that it was refused for
    std::string reason;

    static constexpr std::size_t none = static_cast<std::size_t>(-1);
};

/// A file of mode 0600 in which each line is an object with `table`, `key`, `column`, `value`, `reason` and
/// `row`, values as an archive has them (docs/archive-format.md, "Values"). It appears with its first row,
/// under its name only by publish(). Not thread-safe.
class RejectFile {
public:
    explicit RejectFile(std::filesystem::path file) : file_(std::move(file)) {}

    [[nodiscard]] const std::filesystem::path& name() const noexcept { return file_; }
    /// Throws roost::Error where the file cannot be written.
    void add(const RejectedRow& rejected);
    /// The same for a row that the target gave back: `key`, `value` and `row` are JSON.
    void add(const std::string& table, std::string_view key, std::string_view column, std::string_view value,
             std::string_view reason, std::string_view row);
    /// Gives the file its name, synced. Nothing where no row was added.
    void publish();
    /// Takes it away again, published or not.
    void withdraw() noexcept;

private:
    void append(const std::string& line);

    std::filesystem::path file_;
    std::unique_ptr<stream::PartialFile> partial_;
    std::string pending_;
    bool published_ = false;
};

}  // namespace roost::sql
