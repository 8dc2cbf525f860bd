#include "transforms/mask/secret_names.hpp"

#include <catch2/catch.hpp>

using roost::mask::looksSecret;

TEST_CASE("names of secrets") {
    for (const char* name :
         {"password", "Password_Hash", "smtp_password", "key_hash", "token", "token_hash", "reset_token",
          "secret", "client_secret", "oauth_secret_key", "api_key", "APIKEY", "otp", "otp_code", "totp_seed",
          "rmapi_config", "private_key", "recovery_codes", "salt"})
        CHECK(looksSecret(name));
}

TEST_CASE("names that only speak of secrets") {
    for (const char* name :
         {"password_changed_at", "api_key_id", "max_api_keys_per_user", "password_reset_timeout_hours",
          "token_count", "reset_token_expires", "key_prefix", "secret_name", "username", "keyboard",
          "has_password", "hashtag", "key", "bottom", "email", "id"})
        CHECK_FALSE(looksSecret(name));
}
