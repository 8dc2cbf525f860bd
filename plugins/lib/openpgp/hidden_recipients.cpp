#include "lib/openpgp/hidden_recipients.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace roost::openpgp {

namespace {

// Packets (RFC 4880, 4.3).
constexpr unsigned sessionKeyForKey = 1;
constexpr unsigned sessionKeyForPassphrase = 3;
/// Of a session key: version, then the key's id.
constexpr std::size_t leastBody = 1 + std::tuple_size_v<KeyId>;
constexpr std::byte version{3};
/// What stands in front of the encrypted data is some hundred bytes a recipient.
constexpr std::size_t mostFront = std::size_t{1} << 20U;

unsigned number(std::byte byte) noexcept { return std::to_integer<unsigned>(byte); }

}  // namespace

HiddenRecipients::HiddenRecipients(const ReadBytes& read, std::vector<KeyId> keys)
    : read_(read), keys_(std::move(keys)) {}

/// Makes sure that raw_ has that many bytes behind parsed_; false at the end of the message.
bool HiddenRecipients::fetch(std::size_t size) {
    while (raw_.size() - parsed_ < size) {
        const std::size_t had = raw_.size();
        raw_.resize(parsed_ + size);
        const std::size_t got = read_(std::span(raw_).subspan(had));
        raw_.resize(had + got);
        if (got == 0) return false;
    }
    return true;
}

/// The next packet's head (RFC 4880, 4.2); nothing where there is none, or its length comes in parts.
std::optional<HiddenRecipients::Packet> HiddenRecipients::readHead() {
    constexpr unsigned isPacket = 0x80;
    constexpr unsigned isNew = 0x40;
    constexpr unsigned twoOctets = 192;
    constexpr unsigned inParts = 224;
    constexpr unsigned fourOctets = 255;
    if (!fetch(2)) return std::nullopt;
    const unsigned head = number(raw_[parsed_]);
    const unsigned first = number(raw_[parsed_ + 1]);
    if ((head & isPacket) == 0) return std::nullopt;
    Packet packet;
    std::size_t numberAt = 1;
    if ((head & isNew) == 0) {
        if ((head & 3U) == 3) return std::nullopt;
        packet.tag = head >> 2U & 0x0FU;
        packet.headBytes = 1 + (std::size_t{1} << (head & 3U));
    } else {
        if (first >= inParts && first != fourOctets) return std::nullopt;
        packet.tag = head & 0x3FU;
        packet.headBytes = first < twoOctets ? 2 : first == fourOctets ? 6 : 3;
        if (first == fourOctets) numberAt = 2;
    }
    if (!fetch(packet.headBytes)) return std::nullopt;
    for (; numberAt < packet.headBytes; ++numberAt)
        packet.size = packet.size << 8U | number(raw_[parsed_ + numberAt]);
    if ((head & isNew) != 0 && packet.headBytes == 3)
        packet.size = packet.size - (std::size_t{twoOctets} << 8U) + twoOctets;
    return packet;
}

bool HiddenRecipients::isHidden(const Packet& packet) const noexcept {
    if (packet.tag != sessionKeyForKey || packet.size < leastBody) return false;
    const auto body = std::span(raw_).subspan(parsed_ + packet.headBytes, leastBody);
    return body[0] == version &&
           std::ranges::all_of(body.subspan(1), [](std::byte byte) { return byte == std::byte{0}; });
}

/// Moves a session key from raw_ to front_. False before anything else, which stays where it is.
bool HiddenRecipients::takePacket() {
    const std::optional<Packet> packet = readHead();
    if (!packet || (packet->tag != sessionKeyForKey && packet->tag != sessionKeyForPassphrase)) return false;
    if (packet->size > mostFront || !fetch(packet->headBytes + packet->size)) return false;
    const auto whole = std::span(raw_).subspan(parsed_, packet->headBytes + packet->size);
    if (isHidden(*packet) && !keys_.empty()) {
        replaced_ = true;
        for (const KeyId& key : keys_) {
            const auto idAt = static_cast<std::ptrdiff_t>(front_.size() + packet->headBytes + 1);
            front_.insert(front_.end(), whole.begin(), whole.end());
            std::ranges::copy(key, front_.begin() + idAt);
        }
    } else {
        front_.insert(front_.end(), whole.begin(), whole.end());
    }
    parsed_ += whole.size();
    return true;
}

void HiddenRecipients::readFront() {
    while (front_.size() < mostFront && takePacket()) {
    }
    front_.insert(front_.end(), raw_.begin() + static_cast<std::ptrdiff_t>(parsed_), raw_.end());
    raw_ = {};
}

std::size_t HiddenRecipients::read(std::span<std::byte> buffer) {
    if (!std::exchange(begun_, true)) readFront();
    if (given_ == front_.size()) return read_(buffer);
    const std::size_t size = std::min(buffer.size(), front_.size() - given_);
    std::copy_n(front_.begin() + static_cast<std::ptrdiff_t>(given_), size, buffer.begin());
    given_ += size;
    return size;
}

}  // namespace roost::openpgp
