#include "roost/location.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "roost/error.hpp"

namespace roost {

namespace {

constexpr std::string_view hidden = "***";

bool isSchemeCharacter(char c) noexcept {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
}

/// The end of a URL that begins before `from`: white space or a quote ends it.
std::size_t endOfWord(std::string_view text, std::size_t from) {
    return std::min(text.find_first_of(" \t\r\n\"'<>", from), text.size());
}

/// Hides what stands between the first ':' after "//" and the last '@' of the authority.
void hideAuthorityPassword(std::string& text) {
    for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 1)) {
        const std::size_t begin = at + 3;
        const std::size_t word = endOfWord(text, begin);
        // The last '@' before the end: a password may itself hold '@' or '/' that was not escaped.
        const std::size_t host = text.rfind('@', word);
        if (host == std::string::npos || host < begin || host >= word) continue;
        const std::size_t colon = text.find(':', begin);
        if (colon >= host) continue;
        text.replace(colon + 1, host - colon - 1, hidden);
    }
}

/// Hides the value of each `password=`, `passwd=` and `sslpassword=`, blanks around the '=' or not, quoted as
/// in a libpq connection string or up to '&' or a blank.
void hidePasswordParameters(std::string& text) {
    constexpr std::string_view blanks = " \t\r\n";
    for (const std::string_view key : {"password", "passwd"}) {
        for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + key.size())) {
            const std::size_t equals = text.find_first_not_of(blanks, at + key.size());
            if (equals == std::string::npos || text[equals] != '=') continue;
            const std::size_t begin = std::min(text.find_first_not_of(blanks, equals + 1), text.size());
            std::size_t end = begin;
            if (begin < text.size() && text[begin] == '\'') {
                for (++end; end < text.size() && text[end] != '\''; ++end)
                    if (text[end] == '\\') ++end;
                end = std::min(end + 1, text.size());
            } else {
                end = std::min(text.find_first_of("& \t\r\n\"'", begin), text.size());
            }
            text.replace(begin, end - begin, hidden);
        }
    }
}

}  // namespace

Location Location::parse(std::string_view text) {
    Location location;
    if (text == "-") {
        location.scheme_ = "-";
        return location;
    }
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 ||
        !std::ranges::all_of(text.substr(0, colon), isSchemeCharacter))
        throw Error("a url begins with a scheme, such as file:PATH, sqlite:PATH or postgresql://host/name");
    location.scheme_ = text.substr(0, colon);
    location.rest_ = text.substr(colon + 1);
    return location;
}

Location Location::fromParts(std::string scheme, std::map<std::string, std::string> parts) {
    Location location;
    location.scheme_ = std::move(scheme);
    std::erase_if(parts, [](const auto& part) { return part.second.empty(); });
    location.parts_ = std::move(parts);
    return location;
}

std::string Location::text() const { return scheme_ == "-" ? "-" : scheme_ + ":" + rest_; }

std::string Location::redacted() const {
    if (parts_.empty()) return redact(text());
    const auto part = [&](const char* name) {
        const auto found = parts_.find(name);
        return found == parts_.end() ? std::string() : found->second;
    };
    if (part("host").empty() && part("user").empty()) return scheme_ + ":" + path();
    std::string shown = scheme_ + "://" + part("user");
    if (!part("password").empty()) shown += ":" + std::string(hidden);
    if (!part("user").empty()) shown += "@";
    shown += part("host");
    if (!part("port").empty()) shown += ":" + part("port");
    return shown + "/" + part("name");
}

std::string Location::path() const {
    if (!parts_.empty()) {
        for (const char* part : {"path", "name"})
            if (const auto found = parts_.find(part); found != parts_.end()) return found->second;
        return {};
    }
    return rest_.starts_with("///") ? rest_.substr(2) : rest_;
}

std::string redact(std::string_view text) {
    std::string shown(text);
    hideAuthorityPassword(shown);
    hidePasswordParameters(shown);
    return shown;
}

}  // namespace roost
