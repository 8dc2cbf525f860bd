// Where users' files lie in a bucket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/s3/server_settings.hpp"
#include "lib/storage/layout.hpp"
#include "roost/diagnostic.hpp"
#include "roost/node.hpp"

namespace roost::s3 {

/// What a key in a storage's part of the bucket is.
enum class KeyMeaning : std::uint8_t {
    file,
    folder,   ///< a marker, whose key ends in '/', as consoles make them
    outside,  ///< no kind has it
    unfit,    ///< it would be no path: an empty part, "." or ".."
    staging,  ///< a restore's own
};

struct KeyPlace {
    KeyMeaning meaning = KeyMeaning::outside;
    std::size_t kind = 0;  ///< position in the layout's kinds
    std::string owner;
    std::string path;
};

/// Keys are `prefix/<owner>/<folder of the kind>/<path>`.
class KeyLayout {
public:
    /// `layout` must outlive it. Slashes around `prefix` do not matter.
    KeyLayout(std::string prefix, const storage::Layout& layout);

    /// "" or ending in '/': what all keys begin with.
    [[nodiscard]] const std::string& root() const noexcept { return root_; }
    [[nodiscard]] std::string unitPrefix(std::size_t kind, const std::string& owner) const;
    [[nodiscard]] std::string key(std::size_t kind, const std::string& owner, const std::string& path) const {
        return unitPrefix(kind, owner) + path;
    }
    /// Of a key that begins with root().
    [[nodiscard]] KeyPlace place(std::string_view key) const;
    /// Likewise: root() and the first part behind it, without the slash.
    [[nodiscard]] std::string top(const std::string& key) const {
        return key.substr(0, key.find('/', root_.size()));
    }

private:
    std::string root_;
    const storage::Layout& layout_;
};

/// Adds what is wrong with the url, or the parts in place of it, of a storage stage.
void checkStorage(const Location& location, const TextMap& kinds, const Node& settings,
                  Diagnostics& diagnostics);

}  // namespace roost::s3
