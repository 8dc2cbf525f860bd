#include "sources/files/files_options.hpp"

#include <algorithm>
#include <system_error>

#include "lib/storage/sorted_names.hpp"
#include "lib/storage/tree_walk.hpp"
#include "roost/error.hpp"

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

void checkFiles(const FilesOptions& options, const Node& settings, Diagnostics& diagnostics) {
    if (const Node* url = settings.find("url"); url != nullptr && !options.url.scheme().empty()) {
        if (options.url.scheme() != "file")
            diagnostics.error(url->position,
                              "option 'url' of files is file:PATH, not '" + options.url.redacted() + "'",
                              url->scalar.size());
        else if (options.url.path().empty())
            diagnostics.error(url->position, "option 'url' names no folder", url->scalar.size());
    }
    const Node* kinds = settings.find("kinds");
    if (kinds == nullptr) return;
    if (options.kinds.empty()) diagnostics.error(kinds->position, "option 'kinds' names no kind of file");
    for (std::size_t i = 0; i < options.kinds.size(); ++i) {
        const std::string problem = problemOf(options.kinds, i);
        if (problem.empty()) continue;
        const bool placed = i < kinds->members.size();
        diagnostics.error(placed ? kinds->members[i].first.position : kinds->position, problem,
                          options.kinds[i].first.size());
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

void refuseUnreadable(const FilesOptions& options, const std::string& name, int error) {
    const std::string message = name + " cannot be read: " + std::generic_category().message(error);
    if (concernsProcess(error)) throw Error(message, "raise the limit (ulimit -n) or free memory");
    if (options.onUnreadable == OnUnreadable::fail)
        throw Error(message,
                    "run roost as a user that may read it, or set 'on-unreadable: skip' to leave it out");
}

}  // namespace roost::storage
