// One user's file on its way into an archive.
#pragma once

#include <cstdint>
#include <vector>

#include "lib/archive/member_writer.hpp"
#include "roost/context.hpp"
#include "roost/entry.hpp"

namespace roost::archive {

/// What to do with a file that is not what its source promised.
enum class OnChanged : std::uint8_t { warn, fail };

/// Writes files and folders. A file of up to 1 MiB is read before its header is written, so that its size is
/// the true one; a larger one that comes out shorter is filled up with zeros. One thread.
class EntryMember {
public:
    /// `members` must outlive it.
    EntryMember(MemberWriter& members, OnChanged onChanged);

    struct Result {
        bool written = false;
        bool setAside = false;
        std::uint64_t bytes = 0;  ///< in the archive
    };

    /// Throws roost::Error where the file changed and that is to end the run, and roost::Interrupted.
    Result write(const Entry& entry, Context& context);

private:
    Result writeSmall(const Entry& entry, const stream::NewMember& member, Context& context);
    Result writeLarge(const Entry& entry, stream::NewMember member, Context& context);
    void fillUp(std::uint64_t size);
    bool report(const Entry& entry, const std::string& consequence, Context& context) const;

    MemberWriter& members_;
    OnChanged onChanged_;
    std::vector<std::byte> front_;
};

}  // namespace roost::archive
