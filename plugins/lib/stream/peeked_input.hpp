// Looking at how an input begins before it is read.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/stream/byte_input.hpp"
#include "lib/stream/byte_target.hpp"
#include "roost/context.hpp"

namespace roost::stream {

/// Gives what another input gives, from the front. One thread at a time.
class PeekedInput final : public ByteInput {
public:
    static constexpr std::size_t frontBytes = 32;

    /// Reads the first bytes. Waiting for a slow input keeps the watchdog quiet and ends with the run.
    PeekedInput(std::shared_ptr<ByteInput> input, Context& context);

    /// The first frontBytes; fewer where the input is shorter.
    [[nodiscard]] Bytes front() const noexcept { return front_; }
    std::size_t read(std::span<std::byte> buffer, const std::stop_token& stop) override;
    [[nodiscard]] std::string name() const override { return input_->name(); }

private:
    void fill(const std::stop_token& stop);

    std::shared_ptr<ByteInput> input_;
    std::vector<std::byte> front_;
    std::size_t used_ = 0;  // of the front, by read()
};

}  // namespace roost::stream
