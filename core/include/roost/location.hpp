// Where a stage reads or writes: a URL, or a database's single parts.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace [[gnu::visibility("default")]] roost {

/// `scheme:rest`, or, where a database stage was given parts instead of a url, the scheme and the parts.
/// Holds secrets as they are: print redacted(), never text() or parts().
class Location {
public:
    Location() = default;
    /// Splits at the first ':' (letters, digits, '+', '-', '.' before it, RFC 3986 3.1). `-` alone has the
    /// scheme "-". Throws roost::Error where there is no scheme; the message shows nothing of the text.
    [[nodiscard]] static Location parse(std::string_view text);
    /// From `host`, `port`, `user`, `password`, `name`, `sslmode` and, for a database in a file, `path`;
    /// empty parts are left out.
    [[nodiscard]] static Location fromParts(std::string scheme, std::map<std::string, std::string> parts);

    [[nodiscard]] const std::string& scheme() const noexcept { return scheme_; }
    /// All that follows the first ':', untouched; empty for parts.
    [[nodiscard]] const std::string& rest() const noexcept { return rest_; }
    /// "scheme:rest"; "-" for standard input or output.
    [[nodiscard]] std::string text() const;
    /// The parts by name; empty when a url was given.
    [[nodiscard]] const std::map<std::string, std::string>& parts() const noexcept { return parts_; }
    /// For people: every password in it is "***".
    [[nodiscard]] std::string redacted() const;
    /// The path of `file:PATH`, `file:///PATH`, `sqlite:PATH`, `sqlite:///PATH`: three slashes leave an
    /// absolute path, otherwise the text as it stands. Of parts it is `path`, else `name`.
    [[nodiscard]] std::string path() const;

private:
    std::string scheme_;
    std::string rest_;
    std::map<std::string, std::string> parts_;
};

/// Replaces the password of each URL in `text` (`scheme://user:password@host`, `?password=...`) and of each
/// `password=...` of a libpq connection string by "***".
[[nodiscard]] std::string redact(std::string_view text);

}  // namespace roost
