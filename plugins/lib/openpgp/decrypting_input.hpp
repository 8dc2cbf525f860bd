// What an encrypted archive holds, decrypted as it is read.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "lib/openpgp/key_options.hpp"
#include "lib/stream/byte_input.hpp"
#include "lib/stream/byte_target.hpp"
#include "roost/context.hpp"

namespace roost::openpgp {

/// Decrypts on a thread of its own, a few blocks ahead. The end is given only after the message was found to
/// be whole and unaltered: who reads to the end and sees no error has genuine bytes. A message that holds
/// more than anything honest is refused. Used by one thread.
class DecryptingInput final : public stream::ByteInput {
public:
    DecryptingInput(std::shared_ptr<stream::ByteInput> input, DecryptOptions options);
    ~DecryptingInput() override;
    DecryptingInput(const DecryptingInput&) = delete;
    DecryptingInput& operator=(const DecryptingInput&) = delete;

    std::size_t read(std::span<std::byte> buffer, const std::stop_token& stop) override;
    [[nodiscard]] std::string name() const override { return input_->name(); }

    /// Decrypts what is left, for nothing but whether the message is whole and unaltered: throws what read()
    /// would at the end. Nobody gets any more bytes. Another thread may be within read().
    void finish(Context& context);

private:
    void run(const std::stop_token& stop);
    void take(stream::Bytes bytes, const std::stop_token& stop);
    void handOver(const std::stop_token& stop);

    static constexpr std::size_t blockBytes = std::size_t{256} << 10U;
    static constexpr std::size_t blocks = 4;

    std::shared_ptr<stream::ByteInput> input_;
    DecryptOptions options_;
    std::array<std::vector<std::byte>, blocks> ring_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::size_t filled_ = 0;  // blocks ever filled
    std::size_t freed_ = 0;   // blocks ever given back
    bool finished_ = false;
    std::atomic<bool> dropping_ = false;  // what is decrypted goes nowhere
    std::exception_ptr failure_;
    std::size_t used_ = 0;  // of the block that read() gives from
    std::jthread worker_;   // last: stops before what it uses goes
};

}  // namespace roost::openpgp
