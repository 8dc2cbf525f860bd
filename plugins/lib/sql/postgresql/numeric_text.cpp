#include "lib/sql/postgresql/numeric_text.hpp"

#include <cstddef>
#include <cstdint>

#include "lib/sql/postgresql/network_order.hpp"
#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

constexpr std::size_t headerBytes = 8;
constexpr int digitsPerGroup = 4;
constexpr int largestGroup = 9999;

constexpr unsigned positive = 0x0000;
constexpr unsigned negative = 0x4000;
constexpr unsigned notANumber = 0xC000;
constexpr unsigned plusInfinity = 0xD000;
constexpr unsigned minusInfinity = 0xF000;

Error malformed() { return Error("the server sent a numeric that is none"); }

/// The groups of a numeric by their power of 10,000; those that are not stored are zero.
class Groups {
public:
    Groups(std::span<const char> data, int count, int weight) : data_(data), count_(count), weight_(weight) {}

    [[nodiscard]] int at(int power) const {
        const int index = weight_ - power;
        if (index < 0 || index >= count_) return 0;
        const int group = int16At(data_.data() + static_cast<std::size_t>(index) * 2);
        if (group < 0 || group > largestGroup) throw malformed();
        return group;
    }

private:
    std::span<const char> data_;
    int count_;
    int weight_;
};

/// Writes the first `count` of the four digits of `group`.
char* writeDigits(char* out, int group, int count) {
    int divisor = 1000;
    for (int i = 0; i < count; ++i, divisor /= 10) *out++ = static_cast<char>('0' + group / divisor % 10);
    return out;
}

int lengthOf(int group) { return group >= 1000 ? 4 : group >= 100 ? 3 : group >= 10 ? 2 : 1; }

}  // namespace

std::string_view numericText(std::span<const char> data, Batch& batch) {
    if (data.size() < headerBytes) throw malformed();
    const int count = fromNetwork<std::uint16_t>(data.data());  // the largest values have more than 32,767
    const int weight = int16At(data.data() + 2);
    const unsigned sign = fromNetwork<std::uint16_t>(data.data() + 4);
    const int scale = int16At(data.data() + 6);
    if (scale < 0 || data.size() != headerBytes + static_cast<std::size_t>(count) * 2) throw malformed();
    if (sign == notANumber) return "NaN";
    if (sign == plusInfinity) return "Infinity";
    if (sign == minusInfinity) return "-Infinity";
    if (sign != positive && sign != negative) throw malformed();

    const Groups groups(data.subspan(headerBytes), count, weight);
    const int top = weight > 0 ? weight : 0;
    const int first = groups.at(top);
    const int whole = lengthOf(first) + top * digitsPerGroup;
    const std::size_t length =
        static_cast<std::size_t>((sign == negative ? 1 : 0) + whole + (scale > 0 ? scale + 1 : 0));
    const std::span<char> text = batch.allocate(length);
    char* out = text.data();
    if (sign == negative) *out++ = '-';
    for (int digits = lengthOf(first), divisor = digits == 4   ? 1000
                                                 : digits == 3 ? 100
                                                 : digits == 2 ? 10
                                                               : 1;
         divisor > 0; divisor /= 10)
        *out++ = static_cast<char>('0' + first / divisor % 10);
    for (int power = top - 1; power >= 0; --power) out = writeDigits(out, groups.at(power), digitsPerGroup);
    if (scale > 0) *out++ = '.';
    for (int left = scale, power = -1; left > 0; left -= digitsPerGroup, --power)
        out = writeDigits(out, groups.at(power), left < digitsPerGroup ? left : digitsPerGroup);
    return {text.data(), length};
}

}  // namespace roost::sql::postgresql
