// A sink that takes everything and keeps what it needs to tell two runs apart.
#pragma once

#include <Poco/SHA1Engine.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "roost/stage.hpp"

namespace roost::conformance {

/// A digest of values: kind, length and bytes of each.
class ValueDigest {
public:
    void add(const Cell& cell);
    void add(std::string_view text);
    void add(std::uint64_t number);
    [[nodiscard]] std::string hex();

private:
    Poco::SHA1Engine engine_;
};

[[nodiscard]] std::string digestOf(const Batch& batch);

/// What came, in order.
struct Collected {
    std::map<std::string, std::uint64_t> rows;  ///< of each table, by its whole name
    std::uint64_t files = 0;
    std::uint64_t folders = 0;
    std::uint64_t bytes = 0;     ///< of files
    std::uint64_t rowBytes = 0;  ///< of batches
    std::string digest;          ///< of all of it, set by prepare()
    Catalog catalog;             ///< as it was accepted
    std::function<void()> onItem = [] {};
};

class CollectingSink final : public Sink {
public:
    explicit CollectingSink(Collected& collected) : collected_(collected) {}
    Acceptance accept(const Catalog& catalog, Context& context) override;
    void begin(const Catalog& catalog, Context& context) override;
    void write(Item& item) override;
    void prepare() override { collected_.digest = digest_.hex(); }
    void commit() override {}
    void abort() noexcept override {}

private:
    void take(const TableBegin& begin);
    void take(const BatchPtr& batch);
    void take(const TableEnd& end);
    void take(Entry& entry);

    Collected& collected_;
    const Catalog* catalog_ = nullptr;
    ValueDigest digest_;
    std::string table_;
};

}  // namespace roost::conformance
