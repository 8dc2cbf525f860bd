// What fields the records of a table have, for archives that come without a schema.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roost::archive {

/// One key of a table's records and the kinds of JSON that it stands before.
struct FieldSeen {
    std::string key;
    bool null = false;  ///< or missing in a record
    bool boolean = false;
    bool integer = false;  ///< a number without point and exponent, of 64 bits
    bool real = false;     ///< any other number
    bool string = false;
    bool nested = false;  ///< a list or an object
    friend bool operator==(const FieldSeen&, const FieldSeen&) = default;
};

struct FieldsSeen {
    std::vector<FieldSeen> fields;  ///< in the order in which they first came
    std::uint64_t rows = 0;

    [[nodiscard]] const FieldSeen* find(std::string_view key) const noexcept;
    friend bool operator==(const FieldsSeen&, const FieldsSeen&) = default;
};

/// Reads a table's document (an array of records, or null) as it comes, in memory for the keys only. Throws
/// roost::Error that names `member`, also where there are more than `mostFields` different keys.
class FieldScan {
public:
    explicit FieldScan(std::string member, std::size_t mostFields = 2000);
    ~FieldScan();
    FieldScan(const FieldScan&) = delete;
    FieldScan& operator=(const FieldScan&) = delete;

    void feed(std::span<const char> piece);
    /// The document is over. Once.
    [[nodiscard]] FieldsSeen finish();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace roost::archive
