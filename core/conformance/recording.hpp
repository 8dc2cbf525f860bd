// All that a source gave, kept in memory: for the small data of a check.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "roost/stage.hpp"

namespace roost::conformance {

struct RecordedTable {
    std::vector<std::string> columns;
    std::vector<std::span<const Cell>> rows;
    std::vector<BatchPtr> batches;  ///< keep the rows' values
};

struct RecordedEntry {
    EntryType type = EntryType::file;
    std::uint32_t mode = 0;
    std::int64_t modifiedNanoseconds = 0;
    std::uint64_t size = 0;
    std::string digest;  ///< of a file's bytes
};

struct Recording {
    std::map<std::string, RecordedTable> tables;   ///< by name, without a schema
    std::map<std::string, RecordedEntry> entries;  ///< by kind/owner/path
    std::map<std::string, Coverage> kinds;
};

class RecordingSink final : public Sink {
public:
    explicit RecordingSink(Recording& recording) : recording_(recording) {}
    Acceptance accept(const Catalog& catalog, Context& context) override;
    void begin(const Catalog& catalog, Context& context) override;
    void write(Item& item) override;
    void prepare() override {}
    void commit() override {}
    void abort() noexcept override {}

private:
    Recording& recording_;
    const Catalog* catalog_ = nullptr;
};

/// What of `written` is missing in `read`, or is there with another value: one sentence, "" for nothing. What
/// `told` speaks of is no difference: a column that a text names together with its table, a file that one
/// names, modes ("mode" or "permission"), times ("time") and empty folders ("folder") where one speaks of
/// them. Folders with something in them may be missing or come unasked.
[[nodiscard]] std::string difference(const Recording& written, const Recording& read,
                                     const std::vector<std::string>& told);

}  // namespace roost::conformance
