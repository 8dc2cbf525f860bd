// What is wrong with a definition: collected, not thrown, so that users see all of it at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "roost/node.hpp"

namespace [[gnu::visibility("default")]] roost {

struct Diagnostic {
    Position position;
    std::string message;             ///< one line, no secret
    std::size_t width = 0;           ///< characters to underline from the position; 0 underlines one
    std::string suggestion;          ///< stands behind the underline: "did you mean 'level'?"
    std::vector<std::string> notes;  ///< further lines: "tar-gz accepts: ..."
};

/// The errors of one definition, in the order in which they were found.
class Diagnostics {
public:
    void add(Diagnostic diagnostic) { list_.push_back(std::move(diagnostic)); }
    void error(Position position, std::string message, std::size_t width = 0, std::string suggestion = {}) {
        add({position, std::move(message), width, std::move(suggestion), {}});
    }
    [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
    [[nodiscard]] const std::vector<Diagnostic>& list() const noexcept { return list_; }

private:
    std::vector<Diagnostic> list_;
};

/// The candidate that is nearest to `word` if it is near enough to have been meant, else "".
/// Distance is Damerau-Levenshtein without regard to case, at most a third of the word's length (2 or more).
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace roost
