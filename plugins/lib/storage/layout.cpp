#include "lib/storage/layout.hpp"

#include <algorithm>

#include "lib/storage/sorted_names.hpp"

namespace roost::storage {

namespace {

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> parts;
    if (path == ".") return parts;
    if (path.ends_with('/')) path.remove_suffix(1);
    for (;;) {
        const std::size_t length = std::min(path.find('/'), path.size());
        parts.emplace_back(path.substr(0, length));
        if (length == path.size()) return parts;
        path.remove_prefix(length + 1);
    }
}

bool isName(std::string_view part) {
    return !part.empty() && part != "." && part != ".." && part.find('/') == std::string_view::npos &&
           part.find('\0') == std::string_view::npos;
}

bool startsWith(std::span<const std::string> path, std::span<const std::string> beginning) {
    return beginning.size() <= path.size() && std::equal(beginning.begin(), beginning.end(), path.begin());
}

/// What is wrong with the kind at `index`; "" where nothing is.
std::string problemOf(const TextMap& kinds, std::size_t index) {
    const auto& [kind, folder] = kinds[index];
    if (!isName(kind))
        return "'" + kind + "' cannot name a kind of file: it becomes the name of a folder in the archive";
    const auto parts = split(folder);
    if (!std::all_of(parts.begin(), parts.end(), isName))
        return "'" + folder +
               "' is no folder in a user's folder: write a path such as 'pdfs' or 'files/pdfs', " +
               "or '.' for the user's folder itself";
    for (std::size_t other = 0; other < index; ++other) {
        const auto before = split(kinds[other].second);
        if (startsWith(parts, before) || startsWith(before, parts))
            return "the folders of '" + kinds[other].first + "' and '" + kind +
                   "' overlap: their files would be taken twice";
    }
    return {};
}

}  // namespace

TextMap defaultKinds() { return {{"documents", "pdfs"}, {"configs", "rmapi"}}; }

void checkLayout(const Location& location, const TextMap& kinds, const Node& settings,
                 Diagnostics& diagnostics) {
    if (const Node* url = settings.find("url"); url != nullptr && !location.scheme().empty()) {
        if (location.scheme() != "file" && location.scheme() != "filesystem")
            diagnostics.error(url->position,
                              "option 'url' of files is file:PATH, not '" + location.redacted() + "'",
                              url->scalar.size());
        else if (location.path().empty())
            diagnostics.error(url->position, "option 'url' names no folder", url->scalar.size());
    }
    checkKinds(kinds, settings, diagnostics);
}

void checkKinds(const TextMap& kinds, const Node& settings, Diagnostics& diagnostics) {
    const Node* given = settings.find("kinds");
    if (given == nullptr) return;
    if (kinds.empty()) diagnostics.error(given->position, "option 'kinds' names no kind of file");
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        const std::string problem = problemOf(kinds, i);
        if (problem.empty()) continue;
        const bool placed = i < given->members.size();
        diagnostics.error(placed ? given->members[i].first.position : given->position, problem,
                          kinds[i].first.size());
    }
}

Layout::Layout(const TextMap& kinds) {
    for (const auto& [kind, folder] : kinds) kinds_.push_back({kind, split(folder)});
    std::sort(kinds_.begin(), kinds_.end(), [](const KindFolder& a, const KindFolder& b) {
        return pathOrder({a.kind, NodeType::folder}, {b.kind, NodeType::folder});
    });
}

Relation Layout::relation(std::span<const std::string> parts) const noexcept {
    for (const KindFolder& kind : kinds_)
        if (startsWith(kind.parts, parts))
            return kind.parts.size() == parts.size() ? Relation::kind : Relation::above;
    return Relation::outside;
}

}  // namespace roost::storage
