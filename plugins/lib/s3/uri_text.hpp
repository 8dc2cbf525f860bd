// Text in addresses (RFC 3986).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roost::s3 {

/// Everything but the unreserved characters as %XX: what signatures are made of. With `keepSlash` a '/'
/// stays.
[[nodiscard]] std::string uriEncoded(std::string_view text, bool keepSlash = false);
/// Undoes %XX, and '+' for a blank, as the answers' `encoding-type=url` writes keys.
[[nodiscard]] std::string uriDecoded(std::string_view text);

using Query = std::vector<std::pair<std::string, std::string>>;
/// "a=1&b=": sorted and encoded as signing wants it (libcurl 7.88 signs the query as it stands).
[[nodiscard]] std::string queryText(Query query);

}  // namespace roost::s3
