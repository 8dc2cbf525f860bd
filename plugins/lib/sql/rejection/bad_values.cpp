#include "lib/sql/rejection/bad_values.hpp"

#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::sql {

namespace {

using storage::counted;
using storage::shownName;

/// So many of each column are named in the error; more of them in the log and the report.
constexpr std::size_t namedEach = 5;
constexpr std::uint64_t logged = 10'000;

std::string sentenceOf(const std::string& shownRow, const std::string& column, const std::string& shownValue,
                       const std::string& reason) {
    if (shownValue.empty()) return shownRow + ": " + reason;
    return shownRow + ": column '" + shownName(column) + "' cannot hold " + shownValue + ": " + reason;
}

std::string columnOf(const BadCell& bad) {
    return bad.rejected.column == RejectedRow::none ? std::string()
                                                    : bad.rejected.table->columns[bad.rejected.column].name;
}

}  // namespace

BadValues::BadValues(OnBadValue policy, std::filesystem::path rejectFile, Context& context)
    : policy_(policy), context_(&context), file_(std::move(rejectFile)) {}

void BadValues::note(const std::string& table, const std::string& column, const std::string& sentence) {
    ++failures_;
    Group& group = failed_[{table, column}];
    ++group.count;
    if (group.first.size() < namedEach) group.first.push_back(sentence);
    std::string whole = "table " + shownName(table) + ", " + sentence;
    // One alone is the error itself.
    if (failures_ == 1) {
        only_ = std::move(whole);
        return;
    }
    if (failures_ == 2) context_->warn(only_);
    if (failures_ <= logged) context_->warn(whole);
}

void BadValues::leaveOut(const BadCell& bad) {
    const std::string table = bad.rejected.table->qualifiedName();
    ++leftOut_;
    ++leftOutOf_[table];
    const std::string sentence = sentenceOf(bad.shownRow, columnOf(bad), bad.shownValue, bad.rejected.reason);
    if (hint_.empty()) hint_ = bad.hint;
    if (policy_ != OnBadValue::rejectFile) return note(table, columnOf(bad), sentence);
    if (!context_->dryRun()) file_.add(bad.rejected);
    if (leftOut_ <= logged) context_->setAside("table " + shownName(table) + ", " + sentence, "left out");
}

void BadValues::tell(const BadCell& bad) {
    if (hint_.empty()) hint_ = bad.hint;
    note(bad.rejected.table->qualifiedName(), columnOf(bad),
         sentenceOf(bad.shownRow, columnOf(bad), bad.shownValue, bad.rejected.reason));
}

void BadValues::leaveOut(const std::string& table, const std::string& shownRow, const std::string& column,
                         const std::string& reason, std::string_view key, std::string_view value,
                         std::string_view row) {
    ++leftOut_;
    ++leftOutOf_[table];
    const std::string sentence = sentenceOf(shownRow, column, {}, reason);
    if (policy_ != OnBadValue::rejectFile) return note(table, column, sentence);
    if (!context_->dryRun()) file_.add(table, key, column, value, reason, row);
    if (leftOut_ <= logged) context_->setAside("table " + shownName(table) + ", " + sentence, "left out");
}

void BadValues::mended(const BadCell& bad, const std::string& how) {
    if (++mended_ > logged) return;
    context_->setAside("table " + shownName(bad.rejected.table->qualifiedName()) + ", " +
                           sentenceOf(bad.shownRow, columnOf(bad), bad.shownValue, bad.rejected.reason),
                       how);
}

void BadValues::mended(const std::string& table, const std::string& shownRow, const std::string& reason,
                       const std::string& how) {
    if (++mended_ > logged) return;
    context_->setAside("table " + shownName(table) + ", " + shownRow + ": " + reason, how);
}

std::uint64_t BadValues::leftOut(const std::string& table) const {
    const auto found = leftOutOf_.find(table);
    return found == leftOutOf_.end() ? 0 : found->second;
}

std::string BadValues::failure() const {
    if (failures_ == 1) return only_;
    std::string text = counted(failures_, "value does", "values do") + " not fit the target:";
    for (const auto& [of, group] : failed_) {
        text += "\n  table " + shownName(of.first);
        if (!of.second.empty()) text += ", column '" + shownName(of.second) + "'";
        text += ": " + counted(group.count, of.second.empty() ? "row" : "value",
                               of.second.empty() ? "rows" : "values");
        for (const std::string& sentence : group.first) text += "\n    " + sentence;
        if (group.count > group.first.size())
            text += "\n    and " + std::to_string(group.count - group.first.size()) + " more";
    }
    return text;
}

void BadValues::throwIfFailed() const {
    if (failures_ == 0) return;
    throw Error(failure(), hint_.empty() ? "change them at their source, or the types in the target, or let "
                                           "'on-bad-value' decide"
                                         : hint_);
}

std::vector<std::pair<std::string, std::string>> BadValues::summary() const {
    std::vector<std::pair<std::string, std::string>> summary;
    if (mended_ > 0) summary.emplace_back("values changed", std::to_string(mended_));
    if (leftOut_ > 0) {
        summary.emplace_back("rows left out", std::to_string(leftOut_));
        summary.emplace_back("rows left out are in", shownName(file_.name().native()));
    }
    return summary;
}

}  // namespace roost::sql
