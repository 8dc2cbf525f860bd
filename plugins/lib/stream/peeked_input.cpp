#include "lib/stream/peeked_input.hpp"

#include <algorithm>
#include <chrono>
#include <future>

namespace roost::stream {

PeekedInput::PeekedInput(std::shared_ptr<ByteInput> input, Context& context) : input_(std::move(input)) {
    constexpr std::chrono::milliseconds patience{100};
    std::future<void> filled =
        std::async(std::launch::async, [this, stop = context.stopToken()] { fill(stop); });
    while (filled.wait_for(patience) != std::future_status::ready) context.alive();
    filled.get();
}

void PeekedInput::fill(const std::stop_token& stop) {
    std::vector<std::byte> front(frontBytes);
    std::size_t used = 0;
    while (used < front.size()) {
        const std::size_t got = input_->read(std::span(front).subspan(used), stop);
        if (got == 0) break;
        used += got;
    }
    front.resize(used);
    front_ = std::move(front);
}

std::size_t PeekedInput::read(std::span<std::byte> buffer, const std::stop_token& stop) {
    if (used_ == front_.size()) return input_->read(buffer, stop);
    const std::size_t size = std::min(buffer.size(), front_.size() - used_);
    std::copy_n(front_.begin() + static_cast<std::ptrdiff_t>(used_), size, buffer.begin());
    used_ += size;
    return size;
}

}  // namespace roost::stream
