// A small backup, and how to give it to what writes archives.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "roost/catalog.hpp"
#include "roost/item.hpp"

namespace roost::testing {

/// A file's bytes from memory, which may end differently from what was promised.
class MemoryReader final : public ByteReader {
public:
    explicit MemoryReader(std::string content, ReadState state = ReadState::intact, std::string message = {})
        : content_(std::move(content)), state_(state), message_(std::move(message)) {}
    std::size_t read(std::span<std::byte> buffer) override;
    [[nodiscard]] ReadState state() const noexcept override { return state_; }
    [[nodiscard]] std::string message() const override { return message_; }

private:
    std::string content_;
    std::size_t used_ = 0;
    ReadState state_;
    std::string message_;
};

/// A file of that content.
[[nodiscard]] Entry makeFile(const std::string& kind, const std::string& owner, const std::string& path,
                             const std::string& content);
[[nodiscard]] Entry makeFolder(const std::string& kind, const std::string& owner, const std::string& path);

/// A table of two columns, `id` (its primary key) and `note`.
[[nodiscard]] Table makeTable(TableId id, const std::string& name);

/// Users, API keys, an empty table and one with an odd name; documents and configs.
[[nodiscard]] Catalog sampleCatalog();

using GiveItem = std::function<void(Item&)>;

/// Rows of makeTable(): id 0 to rows-1 and a note that depends on it.
void giveTable(const Table& table, std::uint64_t rows, const GiveItem& give);
[[nodiscard]] std::string noteOf(std::uint64_t id);
void giveEntry(Entry entry, const GiveItem& give);

/// All of sampleCatalog(): two users, three keys, two documents, a folder and a config.
void giveSample(const Catalog& catalog, const GiveItem& give);

}  // namespace roost::testing
