// The bytes of one deflated member, exactly as many as it has.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "lib/stream/byte_target.hpp"

namespace roost::zip {

/// RFC 1951 by ISA-L. One thread.
class MemberInflater {
public:
    MemberInflater();
    ~MemberInflater();
    MemberInflater(const MemberInflater&) = delete;
    MemberInflater& operator=(const MemberInflater&) = delete;

    void restart();
    /// The compressed bytes that come next; those before must be used up. They stay where they are.
    void feed(stream::Bytes compressed) noexcept;
    /// Whether it takes more bytes.
    [[nodiscard]] bool hungry() const noexcept;
    /// Fills the front of `buffer` from what was fed; returns how much. Throws roost::Error without the
    /// archive's name: "its compressed data is not valid".
    std::size_t inflate(std::span<std::byte> buffer);
    [[nodiscard]] bool ended() const noexcept;
    /// After the end: fed bytes that are no part of the data.
    [[nodiscard]] std::size_t left() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace roost::zip
