#include "lib/sql/table_digest.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cstring>

namespace roost::sql {

namespace {

/// What stands for NULL: no value has the same hash but by chance.
constexpr std::uint64_t nullSeed = 0x6E756C6C6E756C6CU;

}  // namespace

void TableDigest::Sum::add(std::uint64_t moreLow, std::uint64_t moreHigh) noexcept {
    low += moreLow;
    high += moreHigh + (low < moreLow ? 1 : 0);
}

TableDigest::TableDigest(DigestLayout layout) : layout_(std::move(layout)), sums_(layout_.fields + 1) {}

/// Of the key's fields, or of the whole row where there is no key; each with its length in front.
std::uint64_t TableDigest::seedOf(std::span<const Field> row) {
    scratch_.clear();
    for (const std::size_t place : layout_.key.empty() ? layout_.whole : layout_.key) {
        const std::uint64_t length = row[place] ? row[place]->size() : ~std::uint64_t{0};
        std::array<char, sizeof length> bytes{};
        std::memcpy(bytes.data(), &length, sizeof length);
        scratch_.append(bytes.data(), bytes.size());
        if (row[place]) scratch_.append(*row[place]);
    }
    return XXH3_64bits(scratch_.data(), scratch_.size());
}

void TableDigest::add(std::span<const Field> row) {
    ++rows_;
    const std::uint64_t ofRow = seedOf(row);
    const bool keyed = !layout_.key.empty();
    if (!keyed) sums_.back().add(ofRow, 0);
    const std::uint64_t seed = keyed ? ofRow : 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const XXH128_hash_t hash = row[i] ? XXH3_128bits_withSeed(row[i]->data(), row[i]->size(), seed)
                                          : XXH3_128bits_withSeed(&nullSeed, sizeof nullSeed, ~seed);
        sums_[i].add(hash.low64, hash.high64);
    }
}

void TableDigest::add(const TableDigest& part) {
    rows_ += part.rows_;
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i].add(part.sums_[i].low, part.sums_[i].high);
}

void TableDigest::clear() noexcept {
    rows_ = 0;
    for (Sum& sum : sums_) sum = {};
}

std::vector<std::size_t> TableDigest::differences(const TableDigest& other) const {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < sums_.size(); ++i)
        if (sums_[i] != other.sums_[i]) places.push_back(i);
    return places;
}

}  // namespace roost::sql
