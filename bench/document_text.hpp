// Bytes like those of documents.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/random.hpp"

namespace roost::bench {

/// Fills files with what PDFs are made of: page descriptions, which compress to about a third, and streams
/// that are compressed already.
class DocumentText {
public:
    explicit DocumentText(Random& random);

    /// Fills `bytes` with a document of which `textPercent` compress.
    void fill(std::span<char> bytes, std::uint32_t textPercent);
    /// A few words with capitals, for names of files.
    [[nodiscard]] std::string title();

private:
    void fillText(std::span<char> bytes);
    [[nodiscard]] const std::string& word();

    Random& random_;
    std::vector<std::string> words_;
    std::vector<std::uint16_t> frequent_;  ///< words by how often they come, as positions
    std::string rest_;
};

}  // namespace roost::bench
