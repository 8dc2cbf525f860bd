// What a pipeline says about a folder of users' files.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "roost/option_table.hpp"

namespace roost::storage {

enum class OnUnknown : std::uint8_t { warn, fail };
enum class OnUnreadable : std::uint8_t { fail, skip };
enum class OnChanged : std::uint8_t { warn, fail };

struct FilesOptions {
    Location url;
    TextMap kinds{{"documents", "pdfs"}, {"configs", "rmapi"}};
    OnUnknown unknown = OnUnknown::warn;
    OnUnreadable onUnreadable = OnUnreadable::fail;
    OnChanged onChanged = OnChanged::warn;
};

/// Adds what is wrong with the url and the kinds, each at its place in `settings`.
void checkFiles(const FilesOptions& options, const Node& settings, Diagnostics& diagnostics);

/// One kind of file and where it lies in each user's folder.
struct KindFolder {
    std::string kind;
    std::vector<std::string> parts;  ///< "a/b" as {"a", "b"}; none for the user's folder itself
};

/// How a path in a user's folder lies to the kinds' folders.
enum class Relation : std::uint8_t { outside, above, kind };

/// Where each kind lies.
class Layout {
public:
    /// From kinds that passed checkFiles().
    explicit Layout(const TextMap& kinds);

    /// In the order in which their files come: by name, as folders ("a-b" before "a").
    [[nodiscard]] const std::vector<KindFolder>& kinds() const noexcept { return kinds_; }
    /// `parts` lead from the user's folder; the folder itself is the empty path.
    [[nodiscard]] Relation relation(std::span<const std::string> parts) const noexcept;

private:
    std::vector<KindFolder> kinds_;
};

/// Throws roost::Error that names the file where the options, or the kind of error, don't let the run go on.
void refuseUnreadable(const FilesOptions& options, const std::string& name, int error);

}  // namespace roost::storage
