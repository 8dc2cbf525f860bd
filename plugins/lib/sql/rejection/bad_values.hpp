// What becomes of values and rows that a target cannot hold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/sql/rejection/reject_file.hpp"
#include "roost/context.hpp"

namespace roost::sql {

/// The option `on-bad-value`.
enum class OnBadValue : std::uint8_t {
    fail,        ///< the run ends, once all that comes has been looked at
    null,        ///< the value becomes NULL where its column takes that; else as `fail`
    rejectFile,  ///< the row is left out and written to a file
    text,        ///< the value is kept as text where its column can become one; else as `fail`
};

/// A value that does not fit, and its row.
struct BadCell {
    RejectedRow rejected;
    std::string shownRow;    ///< "row id=5"
    std::string shownValue;  ///< "'abc'"; "" where it is the row that is refused
    std::string hint;        ///< what to do about this very value; "" for nothing more than about any
};

/// Keeps count of what does not fit, and carries out what the option says. Its memory is bounded, whatever
/// is wrong with the data. Not thread-safe.
class BadValues {
public:
    /// `context` outlives it. `rejectFile` is used with OnBadValue::rejectFile alone; in a dry run nothing is
    /// written to it.
    BadValues(OnBadValue policy, std::filesystem::path rejectFile, Context& context);

    [[nodiscard]] OnBadValue policy() const noexcept { return policy_; }
    /// The row is not loaded: to the file, or a reason for throwIfFailed().
    void leaveOut(const BadCell& bad);
    /// One more value of a row that was left out does not fit. For OnBadValue::fail.
    void tell(const BadCell& bad);
    /// The same for rows that the target gave back; see RejectFile::add().
    void leaveOut(const std::string& table, const std::string& shownRow, const std::string& column,
                  const std::string& reason, std::string_view key, std::string_view value,
                  std::string_view row);
    /// The value was changed to what the column holds: "is NULL now", "is kept as text".
    void mended(const BadCell& bad, const std::string& how);
    void mended(const std::string& table, const std::string& shownRow, const std::string& reason,
                const std::string& how);
    /// Rows of that table that are not loaded.
    [[nodiscard]] std::uint64_t leftOut(const std::string& table) const;
    [[nodiscard]] std::uint64_t leftOut() const noexcept { return leftOut_; }
    /// Throws roost::Error with all that does not fit, where something may not be left out: values of one
    /// column together, the first of each by name, the rest by number.
    void throwIfFailed() const;
    /// Gives the file its name; the last thing before a commit.
    void publish() { file_.publish(); }
    /// What publish() has done is taken back: the run does not commit.
    void withdraw() noexcept { file_.withdraw(); }
    /// For the report: counts, and the file's name.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> summary() const;

private:
    /// What is known of the values of one column, or of the rows of one table where `column` is "".
    struct Group {
        std::uint64_t count = 0;
        std::vector<std::string> first;  ///< "row id=5: column 'n' cannot hold 'abc': it is no bigint"
    };

    void note(const std::string& table, const std::string& column, const std::string& sentence);
    [[nodiscard]] std::string failure() const;

    OnBadValue policy_;
    Context* context_;
    RejectFile file_;
    std::map<std::pair<std::string, std::string>, Group> failed_;  ///< by table and column
    std::string only_;                                             ///< the first one, in full
    std::string hint_;                                             ///< the first one
    std::map<std::string, std::uint64_t> leftOutOf_;
    std::uint64_t leftOut_ = 0;
    std::uint64_t mended_ = 0;
    std::uint64_t failures_ = 0;
};

}  // namespace roost::sql
