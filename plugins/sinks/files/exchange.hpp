// Puts what was staged in the place of what is there.
#pragma once

#include <cstdint>
#include <string>

#include "lib/storage/file_descriptor.hpp"
#include "lib/storage/layout.hpp"
#include "roost/context.hpp"
#include "sinks/files/unit_list.hpp"

namespace roost::storage {

/// What lies in a staging folder: `new/<kind>/<owner>`, `old/<kind>/<owner>` and the list of units.
inline constexpr const char* newFolder = "new";
inline constexpr const char* oldFolder = "old";

/// Puts units in place. Every step may be repeated: what a crash interrupted is gone on with.
class Exchange {
public:
    /// `root` is the open storage folder, `staging` the open staging folder in it; `layout` tells where the
    /// kinds lie in a user's folder. All must outlive the object.
    Exchange(int root, int staging, const Layout& layout) : root_(root), staging_(staging), layout_(layout) {}

    /// Throws roost::Error that names the unit, which is then as it was.
    void place(const Unit& unit);
    /// Places all units of the staging folder's list and makes that durable. Returns how many.
    std::uint64_t placeAll(Context& context);

private:
    void exchange(const Unit& unit, int staged, int parent, const std::string& name);
    void takeAway(const Unit& unit, int parent, const std::string& name);
    [[nodiscard]] std::uint32_t stagedMode(const Unit& unit) const;
    void removeEmptyFolders(const Unit& unit) const;
    [[nodiscard]] FileDescriptor oldPlace(const Unit& unit) const;
    [[nodiscard]] std::string shown(const Unit& unit) const;
    [[noreturn]] void fail(const Unit& unit, const std::string& action, int error) const;

    int root_;
    int staging_;
    const Layout& layout_;
};

}  // namespace roost::storage
