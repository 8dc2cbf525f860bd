#include "lib/storage/files_mode.hpp"

#include "lib/storage/shown_name.hpp"

namespace roost::storage {

std::string partRefusal(std::string_view kind, Coverage coverage, const std::string& present) {
    const bool wholeUsers = coverage == Coverage::users;
    return "only " + std::string(wholeUsers ? "some users' files" : "some files") + " of the kind '" +
           shownName(kind) + "' come, and " + present +
           " that are there would go for them; 'mode: " + (wholeUsers ? "replace-users" : "merge") +
           "' keeps the others, 'partial: replace' does not";
}

Error nothingCame(const std::vector<std::string>& destroys) {
    std::string all;
    for (const std::string& one : destroys) all += (all.empty() ? ": " : "; ") + one;
    return Error("not one file came, and all that is there would go" + all,
                 "see whether the source is the right one; 'partial: replace' removes them all the same");
}

std::string_view partText(FilesMode mode, bool ofChosen) noexcept {
    if (mode == FilesMode::replaceUsers && !ofChosen) return ", of these what belongs to users that come";
    return mode == FilesMode::merge ? ", of these what comes again" : "";
}

}  // namespace roost::storage
