#include "transforms/mask/form_mask.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace roost::mask {

namespace {

constexpr unsigned rounds = 8;
constexpr unsigned low6 = 0x3FU;

/// A character that is replaced: by one of `radix` that begin with `first`.
struct Symbol {
    std::size_t place = 0;
    unsigned radix = 0;
    unsigned first = 0;
    unsigned value = 0;
};

unsigned byteAt(std::string_view text, std::size_t at) noexcept {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

/// The numbers that one half of the symbols is moved by in a round.
class Shifts {
public:
    Shifts(KeyedHash& hash, std::string purpose, std::string_view of)
        : hash_(hash), purpose_(std::move(purpose)), of_(of) {}

    unsigned next() {
        if (at_ == digest_.size()) {
            digest_ = hash_.digest(purpose_ + std::to_string(block_++), of_);
            at_ = 0;
        }
        const unsigned high = digest_[at_++];
        return high << 8U | digest_[at_++];
    }

private:
    KeyedHash& hash_;
    std::string purpose_;
    std::string_view of_;
    Digest digest_{};
    std::size_t at_ = digest_.size();
    unsigned block_ = 0;
};

/// Of a sequence that begins with `lead`, the range of its second byte (RFC 3629); nothing where it begins
/// none.
struct Second {
    std::size_t length = 0;
    unsigned first = 0;
    unsigned radix = 0;
};

Second secondOf(unsigned lead) noexcept {
    if (lead >= 0xC2U && lead <= 0xDFU) return {2, 0x80U, 64};
    if (lead == 0xE0U) return {3, 0xA0U, 32};
    if (lead == 0xEDU) return {3, 0x80U, 32};
    if (lead >= 0xE1U && lead <= 0xEFU) return {3, 0x80U, 64};
    if (lead == 0xF0U) return {4, 0x90U, 48};
    if (lead == 0xF4U) return {4, 0x80U, 16};
    if (lead >= 0xF1U && lead <= 0xF3U) return {4, 0x80U, 64};
    return {};
}

}  // namespace

/// A value as the symbols that are replaced, and all that stays.
struct FormMask::Form {
    std::string text;
    std::vector<Symbol> symbols;

    void add(std::size_t place, unsigned first, unsigned radix) {
        const unsigned byte = byteAt(text, place);
        symbols.push_back({place, radix, first, byte - first});
        // What stands at the place is of no part of the form.
        text[place] = static_cast<char>(first);
    }
    /// False where no UTF-8 sequence begins at `at`.
    bool addSequence(std::size_t& at) {
        const Second second = secondOf(byteAt(text, at));
        if (second.length == 0 || at + second.length > text.size()) return false;
        for (std::size_t i = 1; i < second.length; ++i) {
            const unsigned byte = byteAt(text, at + i);
            const unsigned first = i == 1 ? second.first : 0x80U;
            const unsigned radix = i == 1 ? second.radix : low6 + 1;
            if (byte < first || byte >= first + radix) return false;
        }
        for (std::size_t i = 1; i < second.length; ++i)
            add(at + i, i == 1 ? second.first : 0x80U, i == 1 ? second.radix : low6 + 1);
        at += second.length;
        return true;
    }
    [[nodiscard]] std::string written() const {
        std::string result = text;
        for (const Symbol& symbol : symbols)
            result[symbol.place] = static_cast<char>(symbol.first + symbol.value);
        return result;
    }
};

// Each round moves one half by what the key makes of the other, which can be taken back: a permutation.
void FormMask::permute(Form& form) {
    std::vector<Symbol>& symbols = form.symbols;
    const std::size_t middle = symbols.size() / 2;
    for (unsigned round = 0; round < rounds; ++round) {
        const bool left = round % 2 != 0;
        std::string other = form.text;
        other += '\0';
        for (const Symbol& symbol : symbols) other += static_cast<char>(symbol.radix);
        const auto from = left ? middle : 0;
        const auto to = left ? symbols.size() : middle;
        for (std::size_t i = from; i < to; ++i) other += static_cast<char>(symbols[i].value);
        Shifts shifts(hash_, "form " + std::to_string(round) + " ", other);
        const auto begin = left ? 0 : middle;
        const auto end = left ? middle : symbols.size();
        for (std::size_t i = begin; i < end; ++i)
            symbols[i].value = (symbols[i].value + shifts.next()) % symbols[i].radix;
    }
}

std::optional<std::string> FormMask::text(std::string_view value) {
    Form form{std::string(value), {}};
    for (std::size_t at = 0; at < value.size();) {
        const char c = value[at];
        if (static_cast<unsigned char>(c) >= 0x80U) {
            if (!form.addSequence(at)) return std::nullopt;
            continue;
        }
        if (c >= '0' && c <= '9') form.add(at, '0', 10);
        if (c >= 'a' && c <= 'z') form.add(at, 'a', 26);
        if (c >= 'A' && c <= 'Z') form.add(at, 'A', 26);
        ++at;
    }
    permute(form);
    return form.written();
}

std::string FormMask::number(std::string_view value) {
    Form form{std::string(value), {}};
    const std::size_t end = std::min(value.find_first_of("eE"), value.size());
    bool first = true;
    for (std::size_t at = 0; at < end; ++at) {
        if (value[at] < '0' || value[at] > '9') continue;
        const bool several = at + 1 < end && value[at + 1] >= '0' && value[at + 1] <= '9';
        const bool leads = several || value.starts_with('-');  // -0 is 0
        if (first && leads && value[at] != '0')
            form.add(at, '1', 9);
        else
            form.add(at, '0', 10);
        first = false;
    }
    permute(form);
    return form.written();
}

// A permutation that leaves a range comes back into it: applied again and again it is one of the range alone.
std::int64_t FormMask::integer(std::int64_t value, std::int64_t least, std::int64_t most) {
    std::string text = std::to_string(value);
    for (;;) {
        text = number(text);
        std::int64_t masked = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), masked);
        if (problem == std::errc{} && masked >= least && masked <= most) return masked;
    }
}

}  // namespace roost::mask
