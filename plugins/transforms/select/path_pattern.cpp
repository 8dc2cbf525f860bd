#include "transforms/select/path_pattern.hpp"

#include <algorithm>

namespace roost::select {

PathPattern::PathPattern(const std::string& text) {
    std::string_view rest = text;
    const bool anywhere = rest.find('/') == std::string_view::npos || rest.find('/') + 1 == rest.size();
    if (anywhere) parts_.emplace_back(std::nullopt);
    while (!rest.empty()) {
        const std::size_t slash = std::min(rest.find('/'), rest.size());
        const std::string_view part = rest.substr(0, slash);
        if (part == "**")
            parts_.emplace_back(std::nullopt);
        else if (!part.empty())
            parts_.emplace_back(sql::NamePattern(std::string(part), sql::NameCase::exact));
        rest.remove_prefix(std::min(slash + 1, rest.size()));
    }
}

/// Where `**` stands, the part behind it can be next, too.
void PathPattern::skipAny(std::vector<bool>& states) const {
    for (std::size_t i = 0; i < parts_.size(); ++i)
        if (states[i] && !parts_[i]) states[i + 1] = true;
}

// All places of the pattern that the parts so far can have led to are followed at once: no backtracking.
PathPattern::Match PathPattern::match(std::string_view path) const {
    std::vector<bool> states(parts_.size() + 1);
    states[0] = true;
    skipAny(states);
    while (!path.empty()) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        const std::string_view part = path.substr(0, slash);
        path.remove_prefix(std::min(slash + 1, path.size()));
        std::vector<bool> next(states.size());
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            if (!states[i]) continue;
            if (!parts_[i])
                next[i] = true;
            else if (parts_[i]->matches(part))
                next[i + 1] = true;
        }
        skipAny(next);
        if (next.back()) return Match::whole;
        states = std::move(next);
    }
    return std::ranges::find(states, true) == states.end() ? Match::none : Match::possible;
}

bool PathPattern::takes(std::string_view path) const { return match(path) == Match::whole; }

bool PathPattern::mayHold(std::string_view folder) const { return match(folder) != Match::none; }

}  // namespace roost::select
