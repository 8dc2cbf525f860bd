#include "lib/s3/object_attributes.hpp"

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>
#include <Poco/Exception.h>

#include <array>
#include <charconv>
#include <cstdio>

namespace roost::s3 {

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::size_t nanosecondDigits = 9;

template <class Number>
std::optional<Number> number(std::string_view text, int base = 10) {
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// "1700000000.5": seconds, with a fraction that is counted away from zero.
std::optional<std::int64_t> unixTime(std::string_view text) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const auto seconds = number<std::int64_t>(text.substr(0, dot));
    constexpr std::int64_t latest = std::int64_t{1} << 33U;  // well within what nanoseconds can count
    if (!seconds || *seconds > latest || *seconds < -latest) return std::nullopt;
    std::string digits(dot < text.size() ? text.substr(dot + 1) : "");
    digits.resize(nanosecondDigits, '0');
    const auto fraction = number<std::uint32_t>(digits);
    if (!fraction) return std::nullopt;
    return *seconds * second + (text.starts_with('-') ? -std::int64_t{*fraction} : std::int64_t{*fraction});
}

/// rclone writes octal digits, by its version with a 0 in front or without; s3fs decimal ones. The bits for
/// the type of file tell: both write those of a plain file or a folder.
std::optional<std::uint32_t> modeOf(const std::string& text) {
    constexpr std::uint32_t typeBits = 0170000;
    constexpr std::uint32_t plainFile = 0100000;
    constexpr std::uint32_t folder = 0040000;
    if (text.empty()) return std::nullopt;
    if (const auto octal = number<std::uint32_t>(text, 8)) {
        const std::uint32_t type = *octal & typeBits;
        if (text.starts_with('0') || type == plainFile || type == folder || *octal <= 07777U)
            return *octal & 07777U;
    }
    const auto decimal = number<std::uint32_t>(text, 10);
    return decimal ? std::optional(*decimal & 07777U) : std::nullopt;
}

/// Nanoseconds since 1970; 0 for what is none.
std::int64_t parsedTime(const std::string& format, std::string_view text) {
    Poco::DateTime time;
    int zone = 0;
    if (!Poco::DateTimeParser::tryParse(format, std::string(text), time, zone)) return 0;
    return time.timestamp().epochMicroseconds() * 1000;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> attributeHeaders(const FileAttributes& attributes) {
    const std::int64_t whole = attributes.modifiedNanoseconds / second;
    const std::int64_t fraction = attributes.modifiedNanoseconds % second;
    std::array<char, 48> time{};
    std::snprintf(time.data(), time.size(), "%s%lld.%09lld", attributes.modifiedNanoseconds < 0 ? "-" : "",
                  static_cast<long long>(whole < 0 ? -whole : whole),
                  static_cast<long long>(fraction < 0 ? -fraction : fraction));
    std::array<char, 16> mode{};
    std::snprintf(mode.data(), mode.size(), "0100%03o", attributes.mode & 07777U);
    return {{"x-amz-meta-mode", mode.data()}, {"x-amz-meta-mtime", time.data()}};
}

std::int64_t headerTime(const std::string& text) {
    return parsedTime(Poco::DateTimeFormat::HTTP_FORMAT, text);
}

ObjectHead headOf(const Answer& answer) {
    ObjectHead head;
    head.etag = answer.etag();
    head.serverSideEncryption = answer.header("x-amz-server-side-encryption");
    const std::string range = answer.header("content-range");  // "bytes 0-99/1234"
    const std::string size = range.empty() ? answer.header("content-length")
                                           : range.substr(std::min(range.rfind('/') + 1, range.size()));
    head.size = number<std::uint64_t>(size).value_or(0);
    head.mode = modeOf(answer.header("x-amz-meta-mode"));
    const auto own = unixTime(answer.header("x-amz-meta-mtime"));
    head.modifiedNanoseconds = own ? *own : headerTime(answer.header("last-modified"));
    return head;
}

std::int64_t listedTime(std::string_view text) {
    return parsedTime(text.find('.') == std::string_view::npos ? Poco::DateTimeFormat::ISO8601_FORMAT
                                                               : Poco::DateTimeFormat::ISO8601_FRAC_FORMAT,
                      text);
}

}  // namespace roost::s3
