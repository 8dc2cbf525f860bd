// Messages that do not tell whom they are for.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "lib/openpgp/message.hpp"

namespace roost::openpgp {

using KeyId = std::array<std::byte, 8>;

/// Gives a message's bytes as they are, but for the session keys whose recipient is hidden: a key id of zeros
/// (RFC 4880, 5.1; gpg --throw-keyids). librnp tries no key on those, so each stands there once for every one
/// of the given keys, under its id, which nothing in the message vouches for. In ASCII armor they stay as
/// they are.
class HiddenRecipients {
public:
    HiddenRecipients(const ReadBytes& read, std::vector<KeyId> keys);

    /// See ReadBytes.
    std::size_t read(std::span<std::byte> buffer);
    /// Whether there was one that the keys were put in for.
    [[nodiscard]] bool replaced() const noexcept { return replaced_; }

private:
    struct Packet {
        unsigned tag = 0;
        std::size_t headBytes = 0;
        std::size_t size = 0;  // of what follows the head
    };

    void readFront();
    bool fetch(std::size_t size);
    [[nodiscard]] std::optional<Packet> readHead();
    [[nodiscard]] bool isHidden(const Packet& packet) const noexcept;
    bool takePacket();

    const ReadBytes& read_;
    std::vector<KeyId> keys_;
    std::vector<std::byte> raw_;  // as it came; its first parsed_ bytes are in front_
    std::size_t parsed_ = 0;
    std::vector<std::byte> front_;
    std::size_t given_ = 0;  // of front_
    bool begun_ = false;
    bool replaced_ = false;
};

}  // namespace roost::openpgp
