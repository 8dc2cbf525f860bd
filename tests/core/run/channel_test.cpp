#include "pipeline/channel.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "roost/error.hpp"

using namespace roost;

namespace {
Message chunk(std::size_t size) { return Chunk{std::make_shared_for_overwrite<std::byte[]>(size), size}; }
}  // namespace

TEST_CASE("a channel gives back what was pushed, in order, and then the end") {
    Channel channel(1 << 20);
    for (TableId i = 0; i < 5; ++i) channel.push(TableBegin{i});
    channel.close();
    for (TableId i = 0; i < 5; ++i) {
        const auto message = channel.pop();
        REQUIRE(message);
        CHECK(std::get<TableBegin>(*message).table == i);
    }
    CHECK_FALSE(channel.pop());
}

TEST_CASE("a full channel makes its producer wait until there is room") {
    Channel channel(1000);
    std::atomic<int> pushed = 0;
    std::jthread producer([&] {
        for (int i = 0; i < 10; ++i) {
            channel.push(chunk(600));
            ++pushed;
        }
        channel.close();
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK(pushed <= 1);
    int popped = 0;
    while (channel.pop()) ++popped;
    CHECK(popped == 10);
}

TEST_CASE("a message larger than the channel still goes through it") {
    Channel channel(10);
    channel.push(chunk(5000));
    const auto message = channel.pop();
    REQUIRE(message);
    CHECK(std::get<Chunk>(*message).size == 5000);
}

TEST_CASE("cancelling a channel wakes and ends both sides") {
    Channel full(10);
    full.push(chunk(100));
    Channel empty(10);
    std::atomic<int> ended = 0;
    const auto interrupted = [&](auto&& call) {
        try {
            call();
        } catch (const Interrupted&) {
            ++ended;
        }
    };
    {
        const std::jthread producer([&] { interrupted([&] { full.push(chunk(100)); }); });
        const std::jthread consumer([&] { interrupted([&] { (void)empty.pop(); }); });
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        full.cancel();
        empty.cancel();
    }
    CHECK(ended == 2);
}
