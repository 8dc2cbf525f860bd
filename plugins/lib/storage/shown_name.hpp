// File names for people: names are any bytes, messages and reports are text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roost::storage {

/// `name` with control characters, backslashes and bytes that are not UTF-8 as \xNN, so that it can neither
/// steer a terminal nor break a report; everything else as it stands.
[[nodiscard]] std::string shownName(std::string_view name);

/// "1.5 MiB"
[[nodiscard]] std::string shownSize(std::uint64_t bytes);

/// "1 file", "3 files"
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view one, std::string_view many);

/// Counts things and remembers the first of their names, so that a million of them take no more memory
/// than a few.
class NameSample {
public:
    explicit NameSample(std::size_t limit) : limit_(limit) {}

    /// `name` is kept as shownName() gives it.
    void add(std::string_view name) {
        if (++count_ <= limit_) names_.push_back(shownName(name));
    }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    /// How many were counted but are not among names().
    [[nodiscard]] std::uint64_t unnamed() const noexcept { return count_ - names_.size(); }
    /// "a, b and 3 more"
    [[nodiscard]] std::string text() const;

private:
    std::size_t limit_;
    std::uint64_t count_ = 0;
    std::vector<std::string> names_;
};

}  // namespace roost::storage
