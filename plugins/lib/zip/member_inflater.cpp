#include "lib/zip/member_inflater.hpp"

#include <isa-l/igzip_lib.h>

#include "roost/error.hpp"

namespace roost::zip {

struct MemberInflater::State {
    inflate_state isal;
};

MemberInflater::MemberInflater() : state_(std::make_unique<State>()) { restart(); }
MemberInflater::~MemberInflater() = default;

void MemberInflater::restart() {
    isal_inflate_init(&state_->isal);
    state_->isal.avail_in = 0;
    state_->isal.next_in = nullptr;
}

void MemberInflater::feed(stream::Bytes compressed) noexcept {
    // ISA-L takes a pointer to what it only reads.
    state_->isal.next_in =
        const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(compressed.data()));
    state_->isal.avail_in = static_cast<std::uint32_t>(compressed.size());
}

bool MemberInflater::hungry() const noexcept { return state_->isal.avail_in == 0 && !ended(); }

std::size_t MemberInflater::inflate(std::span<std::byte> buffer) {
    inflate_state& isal = state_->isal;
    isal.next_out = reinterpret_cast<std::uint8_t*>(buffer.data());
    isal.avail_out = static_cast<std::uint32_t>(buffer.size());
    if (isal_inflate(&isal) < 0) throw Error("its compressed data is not valid");
    return buffer.size() - isal.avail_out;
}

bool MemberInflater::ended() const noexcept { return state_->isal.block_state == ISAL_BLOCK_FINISH; }

std::size_t MemberInflater::left() const noexcept {
    constexpr unsigned bitsPerByte = 8;
    return state_->isal.avail_in + static_cast<unsigned>(state_->isal.read_in_length) / bitsPerByte;
}

}  // namespace roost::zip
