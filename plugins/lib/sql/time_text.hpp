// Times that a database keeps as text: to RFC 3339 and back to the letter.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace roost::sql {

/// The name of the way in which `text` spells a date and time, for Column::spelling; "" where `text` is no
/// valid date and time, or one that no named spelling gives back to the letter. The four names:
///   "YYYY-MM-DD HH:MM:SS"   "YYYY-MM-DD HH:MM:SS+hh:mm"   "YYYY-MM-DDTHH:MM:SS" "YYYY-MM-DDTHH:MM:SS+hh:mm"
/// A fraction of any length may follow the seconds; "+hh:mm" stands for any offset and for "Z".
[[nodiscard]] std::string_view spellingOf(std::string_view text) noexcept;

/// The same instant or wall-clock time in RFC 3339 (section 5.6) with all digits and the offset as written.
/// Takes what SQLite's date functions take as a date and time (its documentation "Date And Time Functions",
/// section 2, formats 1 to 7) and Go's `2006-01-02 15:04:05.999 -0700`-like variants. Where the text has no
/// offset, "Z" is added if `assumeUtc`, nothing else. Nothing for anything that is no possible date and time.
[[nodiscard]] std::optional<std::string> toRfc3339(std::string_view text, bool assumeUtc);

/// The reverse: writes an RFC 3339 time in the spelling of that name.
[[nodiscard]] std::string fromRfc3339(std::string_view rfc3339, std::string_view spelling);

/// True for `YYYY-MM-DD` of a day that exists, years 0000 to 9999.
[[nodiscard]] bool isIsoDate(std::string_view text) noexcept;

/// True for `HH:MM:SS` with an optional fraction, 00:00:00 to 23:59:59.999...
[[nodiscard]] bool isIsoTime(std::string_view text) noexcept;

}  // namespace roost::sql
