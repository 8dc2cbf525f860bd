#include "bench/document_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>

namespace roost::bench {

namespace {

constexpr std::size_t vocabulary = 4000;
constexpr std::size_t tableSize = 65536;
constexpr std::array<std::string_view, 40> syllables{
    "an",  "be",   "ca",  "de", "en", "fo",  "ga", "ha",  "in",  "ja",  "ka",  "le", "mo",  "ne",
    "or",  "pe",   "qui", "re", "so", "ta",  "un", "ve",  "wa",  "xi",  "yo",  "za", "the", "tion",
    "ing", "ment", "er",  "al", "st", "ous", "ly", "con", "pro", "com", "ble", "ist"};

}  // namespace

DocumentText::DocumentText(Random& random) : random_(random) {
    for (std::size_t i = 0; i < vocabulary; ++i) {
        std::string word;
        for (std::uint64_t parts = random_.between(1, 4); parts > 0; --parts) word += random_.of(syllables);
        words_.push_back(word + " ");
    }
    // Zipf's law: the word of rank r takes a share of 1/r of the table.
    double whole = 0;
    for (std::size_t rank = 1; rank <= vocabulary; ++rank) whole += 1.0 / static_cast<double>(rank);
    for (std::size_t rank = 1; frequent_.size() < tableSize; rank = rank % vocabulary + 1) {
        const auto share = static_cast<std::size_t>(tableSize / (static_cast<double>(rank) * whole)) + 1;
        frequent_.insert(frequent_.end(), std::min(share, tableSize - frequent_.size()),
                         static_cast<std::uint16_t>(rank - 1));
    }
}

const std::string& DocumentText::word() { return words_[frequent_[random_.next() % tableSize]]; }

std::string DocumentText::title() {
    std::string text;
    for (std::uint64_t count = random_.between(2, 6); count > 0; --count) {
        text += words_[random_.below(vocabulary)];
        const std::size_t start = text.find_last_of(' ', text.size() - 2) + 1;
        text[start] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[start])));
    }
    text.pop_back();
    return text;
}

/// Lines of a page: a position, then words to show there.
void DocumentText::fillText(std::span<char> bytes) {
    while (!bytes.empty()) {
        rest_.clear();
        // One number for all of them: in which order a call's arguments are made is the compiler's choice.
        const std::uint64_t place = random_.next();
        fmt::format_to(std::back_inserter(rest_), "BT /F{} {} Tf {}.{:02} {}.{:02} Td (", 1 + place % 3,
                       9 + (place >> 8U) % 4, 60 + (place >> 16U) % 20, (place >> 24U) % 100,
                       40 + (place >> 32U) % 760, (place >> 48U) % 100);
        for (std::uint64_t words = random_.between(8, 16); words > 0; --words) rest_ += word();
        rest_ += ") Tj ET\n";
        const std::size_t size = std::min(rest_.size(), bytes.size());
        std::copy_n(rest_.begin(), size, bytes.begin());
        bytes = bytes.subspan(size);
    }
}

void DocumentText::fill(std::span<char> bytes, std::uint32_t textPercent) {
    constexpr std::string_view head = "%PDF-1.7\n";
    const std::size_t headSize = std::min(head.size(), bytes.size());
    std::copy_n(head.begin(), headSize, bytes.begin());
    bytes = bytes.subspan(headSize);
    while (!bytes.empty()) {
        // Pages with their pictures, one after the other: some text, then a stream.
        const std::size_t object = std::min<std::size_t>(bytes.size(), random_.between(200'000, 1'500'000));
        const std::size_t text = object * textPercent / 100;
        fillText(bytes.first(text));
        random_.fill(bytes.subspan(text, object - text));
        bytes = bytes.subspan(object);
    }
}

}  // namespace roost::bench
