// What formats of archives have in common: members one behind the other.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "lib/stream/byte_target.hpp"
#include "lib/stream/member.hpp"

namespace roost::stream {

/// Writes an archive. The calls come in this order: reserveFirst(); begin() or beginUnsized(), write() and
/// end() for each further member; closeMembers(), fillFirst(), finish(). One thread. The destructor writes
/// nothing. Every call throws roost::Error that names the member or the target.
class ContainerWriter {
public:
    virtual ~ContainerWriter() = default;

    /// Leaves room for the first member, whose bytes are known when all others have been written.
    virtual void reserveFirst(const NewMember& member) = 0;

    /// Begins a member whose size is known: exactly that many bytes follow. A folder has none.
    virtual void begin(const NewMember& member) = 0;
    /// Begins one whose size end() will know. Its name has at most 300 bytes.
    virtual void beginUnsized(const NewMember& member) = 0;
    /// Room for the bytes that come next: put them there and give them to write(), which then has nothing to
    /// copy. Never empty. Valid until the next call.
    [[nodiscard]] virtual std::span<std::byte> space() = 0;
    virtual void write(Bytes data) = 0;
    virtual void end() = 0;

    /// What the format says of the member that ended last beside its bytes: its name, kind, size, mode and
    /// time. ContainerReader::headerBytes() gives the same bytes.
    [[nodiscard]] virtual Bytes headerBytes() const = 0;
    /// The same of a member that is not written yet, and has a size.
    [[nodiscard]] virtual std::string header(const NewMember& member) const = 0;

    /// No further member follows. `first` is the reserved one as it became; where its size is not the one
    /// that was reserved, what stands behind it is moved, which is slow.
    virtual void closeMembers(const NewMember& first) = 0;
    /// The first member's bytes, in order.
    virtual void fillFirst(Bytes data) = 0;
    /// Writes what is left. The archive is whole then.
    virtual void finish() = 0;
};

/// Reads an archive from front to back. What does not fit the format ends it. Every call throws roost::Error
/// that names the archive and the member. One thread.
class ContainerReader {
public:
    virtual ~ContainerReader() = default;

    /// Goes to the next member, past what is left of the current one. False at the end, which is reached only
    /// by an archive that is whole to its last byte.
    virtual bool next() = 0;
    [[nodiscard]] virtual const MemberHeader& header() const = 0;
    /// See ContainerWriter::headerBytes(). Until data().
    [[nodiscard]] virtual Bytes headerBytes() const = 0;
    /// The next bytes of the member, valid until the next call; none at its end.
    [[nodiscard]] virtual Bytes data() = 0;
    /// After the end: in what the archive as a whole differs from what roost writes; "" in nothing.
    [[nodiscard]] virtual std::string endOddity() const = 0;
    /// Bytes of the archive's file read so far.
    [[nodiscard]] virtual std::uint64_t position() const = 0;
    /// What messages call the archive: "'PATH'", "standard input".
    [[nodiscard]] virtual std::string name() const = 0;
};

}  // namespace roost::stream
