#include "transforms/mask/secret_names.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "lib/sql/name_pattern.hpp"

namespace roost::mask {

namespace {

using Patterns = std::vector<sql::NamePattern>;

Patterns patterns(std::initializer_list<const char*> texts) {
    Patterns made;
    for (const char* text : texts) made.emplace_back(text, sql::NameCase::folded);
    return made;
}

bool any(const Patterns& patterns, std::string_view name) {
    return std::ranges::any_of(patterns, [&](const auto& pattern) { return pattern.matches(name); });
}

}  // namespace

bool looksSecret(std::string_view name) {
    static const Patterns secrets = patterns({
        "*password*",
        "*passwd*",
        "pwd",
        "*_pwd",
        "*passphrase*",
        "*secret*",
        "*_hash",
        "hash",
        "*_salt",
        "salt",
        "token*",
        "*_token",
        "*_token_*",
        "*api_key*",
        "*apikey*",
        "*access_key*",
        "*private_key*",
        "*encryption_key*",
        "otp*",
        "*_otp",
        "totp*",
        "*_totp",
        "*recovery_code*",
        "*backup_code*",
        "*credential*",
        "*session_key*",
        "rmapi_config",
        "*signing_key*",
        "*webhook_url*",
    });
    // A moment, a number, a switch, a reference: words about a secret.
    static const Patterns harmless = patterns({
        "*_id",     "*_ids",     "*_at",      "*_on",       "*_date",      "*_time",     "*_count",
        "*_hours",  "*_minutes", "*_days",    "*_seconds",  "*_enabled",   "*_required", "*_length",
        "*_expiry", "*_expires", "*_timeout", "*_type",     "*_name",      "*_prefix",   "max_*",
        "min_*",    "is_*",      "has_*",     "*_per_user", "*_algorithm", "*_version",  "*_policy",
    });
    return any(secrets, name) && !any(harmless, name);
}

}  // namespace roost::mask
