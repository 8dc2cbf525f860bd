// Items into channels and out of them again. An entry's bytes travel as chunks between its head and its end,
// so that a source reads ahead while a sink writes, and several sinks share one reading.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "pipeline/channel.hpp"
#include "pipeline/heartbeat.hpp"
#include "roost/item.hpp"

namespace roost {

/// Where an ItemWriter sends what: a sink that takes only tables gets no files.
struct Outlet {
    Channel* channel = nullptr;
    bool tables = true;
    bool entries = true;
};

/// Sends items to every outlet that takes them, reading an entry's bytes once. `heartbeat` belongs to the
/// stage that gives the items: it is watched while its reader runs and paused while the channels are full.
class ItemWriter {
public:
    /// `moved` counts the bytes of file content as they are sent; it must outlive the writer.
    ItemWriter(std::vector<Outlet> outlets, Heartbeat& heartbeat, std::atomic<std::uint64_t>& moved)
        : outlets_(std::move(outlets)), heartbeat_(heartbeat), moved_(moved) {}

    void write(Item& item);
    void close();

private:
    void writeEntry(Entry& entry);
    void send(const Message& message, bool isEntry);

    std::vector<Outlet> outlets_;
    Heartbeat& heartbeat_;
    std::atomic<std::uint64_t>& moved_;
};

/// Takes items out of a channel. An entry's reader is valid until the next call of next(), which passes over
/// what was not read. `heartbeat` belongs to the stage that takes the items: it is paused while it waits.
class ItemReader {
public:
    ItemReader(Channel& channel, Heartbeat& heartbeat) : channel_(channel), heartbeat_(heartbeat) {}
    ~ItemReader();
    ItemReader(const ItemReader&) = delete;
    ItemReader& operator=(const ItemReader&) = delete;

    bool next(Item& item);

private:
    class ChunkReader;
    std::shared_ptr<ChunkReader> open_;
    Channel& channel_;
    Heartbeat& heartbeat_;
};

}  // namespace roost
