#include "conformance/collecting_sink.hpp"

#include <array>
#include <bit>
#include <variant>

namespace roost::conformance {

void ValueDigest::add(std::uint64_t number) { engine_.update(&number, sizeof number); }

void ValueDigest::add(std::string_view text) {
    add(text.size());
    engine_.update(text.data(), text.size());
}

void ValueDigest::add(const Cell& cell) {
    add(static_cast<std::uint64_t>(cell.kind()));
    switch (cell.kind()) {
        case CellKind::null:
            break;
        case CellKind::real:
            add(std::bit_cast<std::uint64_t>(cell.real()));
            break;
        case CellKind::boolean:
        case CellKind::integer:
        case CellKind::date:
        case CellKind::time:
        case CellKind::timestamp:
            add(static_cast<std::uint64_t>(cell.integer()));
            break;
        default:
            add(cell.text());
    }
}

std::string ValueDigest::hex() { return Poco::DigestEngine::digestToHex(engine_.digest()); }

std::string digestOf(const Batch& batch) {
    ValueDigest digest;
    for (std::size_t i = 0; i < batch.rows(); ++i)
        for (const Cell& cell : batch.row(i)) digest.add(cell);
    return digest.hex();
}

Acceptance CollectingSink::accept(const Catalog& catalog, Context&) {
    collected_.catalog = catalog;
    Acceptance acceptance;
    acceptance.tables = acceptance.entries = true;
    acceptance.target = "the host's memory";
    acceptance.rehearses = true;
    return acceptance;
}

void CollectingSink::begin(const Catalog& catalog, Context&) { catalog_ = &catalog; }

void CollectingSink::write(Item& item) {
    collected_.onItem();
    std::visit([&](auto& content) { take(content); }, item);
}

void CollectingSink::take(const TableBegin& begin) {
    table_ = catalog_->find(begin.table)->qualifiedName();
    collected_.rows[table_] = 0;
    digest_.add(table_);
}

void CollectingSink::take(const BatchPtr& batch) {
    for (std::size_t i = 0; i < batch->rows(); ++i)
        for (const Cell& cell : batch->row(i)) digest_.add(cell);
    collected_.rows[table_] += batch->rows();
    collected_.rowBytes += batch->bytes();
}

void CollectingSink::take(const TableEnd& end) { digest_.add(end.rows); }

void CollectingSink::take(Entry& entry) {
    digest_.add(entry.displayName());
    digest_.add(entry.size);
    digest_.add(std::uint64_t{entry.mode});
    digest_.add(static_cast<std::uint64_t>(entry.modifiedNanoseconds));
    ++(entry.type == EntryType::folder ? collected_.folders : collected_.files);
    if (!entry.content) return;
    std::array<std::byte, 65536> buffer{};
    while (const std::size_t got = entry.content->read(buffer)) {
        digest_.add(std::string_view(reinterpret_cast<const char*>(buffer.data()), got));
        collected_.bytes += got;
    }
}

}  // namespace roost::conformance
