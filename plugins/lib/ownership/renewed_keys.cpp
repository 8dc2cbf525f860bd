#include "lib/ownership/renewed_keys.hpp"

#include <Poco/SHA1Engine.h>
#include <Poco/UUID.h>
#include <Poco/UUIDGenerator.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "lib/ownership/value_name.hpp"
#include "lib/stream/sha256.hpp"
#include "roost/error.hpp"

namespace roost::ownership {

namespace {

/// The name space of the ids of copies. It must never change: a copy made again would be another one.
constexpr const char* copies = "c3d1a0f4-7a52-4a0e-8b7e-2f6f6a1d9e53";
/// Shorter texts are names that somebody chose ("de", "main"), or may not stay apart.
constexpr std::size_t leastGenerated = 12;

constexpr std::string_view digits = "0123456789";
constexpr std::string_view lowerHex = "0123456789abcdef";
constexpr std::string_view upperHex = "0123456789ABCDEF";
constexpr std::string_view lowerLetters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view upperLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool isOf(char c, std::string_view alphabet) { return alphabet.find(c) != std::string_view::npos; }

bool isUuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !isOf(text[i], lowerHex) && !isOf(text[i], upperHex)) return false;
    }
    return true;
}

/// Letters and digits enough that nobody has typed it in.
bool isGenerated(std::string_view text) {
    const auto drawn = std::ranges::count_if(
        text, [](char c) { return isOf(c, digits) || isOf(c, lowerLetters) || isOf(c, upperLetters); });
    return static_cast<std::size_t>(drawn) >= leastGenerated &&
           std::ranges::any_of(text, [](char c) { return isOf(c, digits); }) &&
           std::ranges::none_of(text, [](char c) { return c == ' ' || c == '@' || c == '.' || c == '/'; });
}

Poco::UUID renewedUuid(const std::string& as, const std::string& old) {
    Poco::SHA1Engine sha1;
    return Poco::UUIDGenerator::defaultGenerator().createFromName(Poco::UUID(copies), as + '\n' + old, sha1,
                                                                  Poco::UUID::UUID_NAME_BASED_SHA1);
}

/// From which `c` is drawn anew; all of a text that has hexadecimal digits alone stays one.
std::string_view alphabetOf(char c, bool lowerHexOnly, bool upperHexOnly) {
    if (lowerHexOnly && isOf(c, lowerHex)) return lowerHex;
    if (upperHexOnly && isOf(c, upperHex)) return upperHex;
    if (isOf(c, digits)) return digits;
    if (isOf(c, lowerLetters)) return lowerLetters;
    if (isOf(c, upperLetters)) return upperLetters;
    return {};
}

std::int64_t mostOf(const LogicalType& type) {
    if (type.kind == TypeKind::int16) return std::numeric_limits<std::int16_t>::max();
    if (type.kind == TypeKind::int32) return std::numeric_limits<std::int32_t>::max();
    return std::numeric_limits<std::int64_t>::max();
}

}  // namespace

void RenewedKeys::note(const Cell& key, const LogicalType& type) {
    if (key.isNull()) return;  // SQLite lets a key be null; nothing refers to it
    const auto name = valueName(key, type);
    const bool text = key.kind() == CellKind::text;
    if (key.kind() == CellKind::integer) {
        highest_ = lowest_ ? std::max(highest_, key.integer()) : key.integer();
        lowest_ = std::min(lowest_.value_or(key.integer()), key.integer());
    } else if (key.kind() != CellKind::uuid && !(text && (isUuid(key.text()) || isGenerated(key.text())))) {
        throw Error(shown_ + ": no new key can be made for the row " + shownValue(key, type) +
                        ", which is neither a number nor a generated text",
                    "leave the table out of the copy with 'as-without'");
    }
    keys_.add(*name);
}

void RenewedKeys::startAt(std::int64_t first, const LogicalType& type) {
    if (!lowest_) return;
    std::int64_t reached = 0;
    if (__builtin_sub_overflow(first, *lowest_, &distance_) ||
        __builtin_add_overflow(highest_, distance_, &reached) || reached > mostOf(type))
        throw Error(shown_ + ": its column has no numbers left for the copy, which would begin at " +
                    std::to_string(first));
}

std::string RenewedKeys::renewedText(const std::string& old) const {
    if (isUuid(old)) {
        std::string text = renewedUuid(as_, old).toString();
        if (std::ranges::any_of(old, [](char c) { return c >= 'A' && c <= 'F'; }))
            std::ranges::transform(text, text.begin(), [](char c) {
                return c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
            });
        return text;
    }
    const auto allOf = [&](std::string_view alphabet) {
        return std::ranges::all_of(
            old, [&](char c) { return alphabetOf(c, false, false).empty() || isOf(c, alphabet); });
    };
    const bool lower = allOf(lowerHex);
    const bool upper = allOf(upperHex);
    std::string text = old;
    stream::Sha256 hash;
    std::string drawn;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i % 32 == 0) {
            const std::string seed = as_ + '\n' + old + '\n' + std::to_string(i);
            hash.update(std::as_bytes(std::span(seed)));
            drawn = hash.finish();  // two hexadecimal digits a character
        }
        const std::string_view alphabet = alphabetOf(text[i], lower, upper);
        if (alphabet.empty()) continue;
        const std::size_t at = 2 * (i % 32);
        text[i] = alphabet[(lowerHex.find(drawn[at]) * 16 + lowerHex.find(drawn[at + 1])) % alphabet.size()];
    }
    return text;
}

Cell RenewedKeys::renewed(const Cell& cell, const LogicalType& type, Batch& arena) const {
    if (cell.isNull()) return cell;
    const auto name = valueName(cell, type);
    if (!name || !keys_.contains(*name)) return cell;
    if (cell.kind() == CellKind::integer) return Cell::integer(cell.integer() + distance_);
    if (cell.kind() == CellKind::uuid) {
        std::array<char, 16> bytes{};
        renewedUuid(as_, *name).copyTo(bytes.data());
        return Cell::view(CellKind::uuid, arena.store({bytes.data(), bytes.size()}));
    }
    // Of a number that stands as text or as a decimal: the column that refers has another type than the
    // key's.
    if (lowest_ && std::ranges::all_of(*name, [](char c) { return isOf(c, digits) || c == '-'; }))
        return Cell::view(cell.kind(), arena.store(std::to_string(std::stoll(*name) + distance_)));
    return Cell::view(cell.kind(), arena.store(renewedText(*name)));
}

}  // namespace roost::ownership
