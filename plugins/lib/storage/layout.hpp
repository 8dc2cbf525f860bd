// Where the kinds of users' files lie in a storage folder: what the storage source and sink share.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "roost/option_table.hpp"

namespace roost::storage {

/// The option `kinds` where a pipeline does not set it.
[[nodiscard]] TextMap defaultKinds();

/// Adds what is wrong with a storage stage's url and kinds, each at its place in `settings`.
void checkLayout(const Location& url, const TextMap& kinds, const Node& settings, Diagnostics& diagnostics);

/// The same for the kinds alone.
void checkKinds(const TextMap& kinds, const Node& settings, Diagnostics& diagnostics);

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

}  // namespace roost::storage
