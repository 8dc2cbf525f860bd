// A digest of a table's values, by column: the same for the same rows, in whatever order they come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roost::sql {

/// What the fields of a row are.
struct DigestLayout {
    std::size_t fields = 0;
    std::vector<std::size_t> key;    ///< places of those that tell rows apart; may be empty
    std::vector<std::size_t> whole;  ///< places of those that stand for the row where there is no key
};

/// Adds up a 128-bit hash of each value, so that digests of parts of a table can be added, too. The hash is
/// seeded with that of the row's key: a value that lands in another row changes the sum. Rows of a table
/// without a key get a sum of whole rows instead. Not cryptographic: it finds mistakes, not forgers.
class TableDigest {
public:
    /// A field in its canonical form; nothing for NULL.
    using Field = std::optional<std::string_view>;

    explicit TableDigest(DigestLayout layout);

    /// One field for each of the layout.
    void add(std::span<const Field> row);
    /// Adds what another digest of the same table holds.
    void add(const TableDigest& part);
    void clear() noexcept;

    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
    /// Places of fields whose sums differ; one more than there are fields stands for whole rows.
    [[nodiscard]] std::vector<std::size_t> differences(const TableDigest& other) const;

private:
    struct Sum {
        std::uint64_t low = 0;
        std::uint64_t high = 0;

        void add(std::uint64_t moreLow, std::uint64_t moreHigh) noexcept;
        friend bool operator==(const Sum&, const Sum&) = default;
    };

    [[nodiscard]] std::uint64_t seedOf(std::span<const Field> row);

    DigestLayout layout_;
    std::vector<Sum> sums_;  ///< of the fields; of whole rows behind them
    std::string scratch_;
    std::uint64_t rows_ = 0;
};

}  // namespace roost::sql
