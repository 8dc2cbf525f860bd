#include "lib/s3/key_layout.hpp"

#include <algorithm>
#include <vector>

#include "lib/storage/user_trees.hpp"

namespace roost::s3 {

namespace {

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t length = std::min(path.find('/'), path.size());
        parts.emplace_back(path.substr(0, length));
        if (length == path.size()) return parts;
        path.remove_prefix(length + 1);
    }
}

bool isName(std::string_view part) {
    return !part.empty() && part != "." && part != ".." && part.find('\0') == std::string_view::npos;
}

}  // namespace

KeyLayout::KeyLayout(std::string prefix, const storage::Layout& layout)
    : root_(std::move(prefix)), layout_(layout) {
    while (root_.ends_with('/')) root_.pop_back();
    root_.erase(0, std::min(root_.find_first_not_of('/'), root_.size()));
    if (!root_.empty()) root_ += '/';
}

std::string KeyLayout::unitPrefix(std::size_t kind, const std::string& owner) const {
    std::string prefix = root_ + owner + "/";
    for (const std::string& part : layout_.kinds()[kind].parts) prefix += part + "/";
    return prefix;
}

KeyPlace KeyLayout::place(std::string_view key) const {
    KeyPlace found;
    const std::string_view rest = key.substr(root_.size());
    std::vector<std::string> parts = split(rest);
    if (storage::isStaging(parts.front())) {
        found.meaning = KeyMeaning::staging;
        return found;
    }
    const bool marker = rest.empty() || rest.ends_with('/');
    if (marker) parts.pop_back();
    if (!std::ranges::all_of(parts, isName)) {
        found.meaning = KeyMeaning::unfit;
        return found;
    }
    if (parts.empty()) return found;
    found.owner = parts.front();
    for (std::size_t kind = 0; kind < layout_.kinds().size(); ++kind) {
        const std::vector<std::string>& folder = layout_.kinds()[kind].parts;
        const std::size_t depth = folder.size() + 1;
        if (parts.size() < depth + (marker ? 0 : 1) ||
            !std::equal(folder.begin(), folder.end(), parts.begin() + 1))
            continue;
        found.kind = kind;
        for (std::size_t i = depth; i < parts.size(); ++i) found.path += (i > depth ? "/" : "") + parts[i];
        found.meaning = marker ? KeyMeaning::folder : KeyMeaning::file;
    }
    return found;
}

void checkStorage(const Location& location, const TextMap& kinds, const Node& settings,
                  Diagnostics& diagnostics) {
    if (const Node* url = settings.find("url"); url != nullptr && !location.scheme().empty()) {
        const std::string problem = bucketProblem(placeOf(location).bucket);
        if (location.scheme() != "s3")
            diagnostics.error(url->position,
                              "option 'url' of s3 is s3://BUCKET/PREFIX, not '" + location.redacted() + "'",
                              url->scalar.size());
        else if (!problem.empty())
            diagnostics.error(url->position,
                              location.parts().empty()
                                  ? "option 'url' " + problem + ": it is s3://BUCKET/PREFIX"
                                  : "option 'bucket' " + problem,
                              url->scalar.size());
    }
    storage::checkKinds(kinds, settings, diagnostics);
}

}  // namespace roost::s3
