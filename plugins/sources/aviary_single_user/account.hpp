// The account that a single user's settings become: the rows that Aviary would make of them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "roost/batch.hpp"
#include "roost/catalog.hpp"
#include "sources/aviary_single_user/single_user_options.hpp"

namespace roost::single_user {

/// The id of the admin: a UUID of version 5 (RFC 4122, 4.3) in a name space of roost's own, of "user:" and
/// the user name with A to Z in lower case, so that every run gives the same. In print: 36 characters.
[[nodiscard]] std::string userId(const std::string& username);

/// The id of the user's API key: a UUID of version 5 in the name space of the user's id. Nothing of the key
/// is in it, which could be guessed from it.
[[nodiscard]] std::string apiKeyId(const std::string& userId);

/// What is wrong with an API key, "" for nothing: a sentence without the key.
[[nodiscard]] std::string apiKeyFault(const std::string& key);

/// What the rows are made of.
struct Account {
    const SingleUserOptions& options;
    std::string rmapiConfig;  ///< the file's content
    bool hasApiKey = false;
    std::chrono::system_clock::time_point madeAt;
};

/// Aviary's tables `users` and `api_keys`, with ids 0 and 1, as its database of `dialect` has them
/// ("postgresql", else SQLite's).
[[nodiscard]] Catalog accountCatalog(std::string_view dialect, bool hasApiKey);

/// The one row of `users`. Hashes the password, which takes a part of a second.
[[nodiscard]] BatchPtr userRow(const Table& users, const Account& account);
/// The one row of `api_keys`. Hashes the key.
[[nodiscard]] BatchPtr apiKeyRow(const Table& keys, const Account& account);

}  // namespace roost::single_user
