#include "lib/archive/aviary_tables.hpp"

namespace roost::archive {

namespace {

using enum AviaryType;

constexpr std::string_view now = "CURRENT_TIMESTAMP";

constexpr auto userColumns = std::to_array<AviaryColumn>({
    {"id", uuid},
    {"username", text, true},
    {"email", text, true},
    {"password", text, true},
    {"is_admin", boolean, false, "false"},
    {"is_active", boolean, false, "true"},
    {"rmapi_host", text},
    {"default_rmdir", text, false, "'/'"},
    {"folder_refresh_percent", integer, false, "0"},
    {"coverpage_setting", text},
    {"contrast_setting", text, false, "'none'"},
    {"conflict_resolution", text, false, "'abort'"},
    {"folder_depth_limit", integer, false, "0"},
    {"folder_exclusion_list", text},
    {"page_resolution", text},
    {"page_dpi", real},
    {"conversion_output_format", text, false, "'epub'"},
    {"rmapi_config", text},
    {"pdf_background_removal", boolean},
    {"experimental_download_link", boolean},
    {"reset_token", text},
    {"reset_token_expires", time},
    {"oidc_subject", text},
    {"created_at", time},
    {"updated_at", time},
    {"last_login", time},
});
constexpr auto userIndexes = std::to_array<AviaryIndex>({
    {"idx_users_username", true, {"username"}},
    {"idx_users_email", true, {"email"}},
    {"idx_users_reset_token", false, {"reset_token"}},
    {"idx_users_oidc_subject", true, {"oidc_subject"}},
});

constexpr auto keyColumns = std::to_array<AviaryColumn>({
    {"id", uuid},
    {"user_id", uuid, true},
    {"name", text, true},
    {"key_hash", text, true},
    {"key_prefix", text, true, "", 16},
    {"is_active", boolean, false, "true"},
    {"last_used", time},
    {"expires_at", time},
    {"created_at", time},
});
constexpr auto keyIndexes = std::to_array<AviaryIndex>({
    {"idx_api_keys_user_id", false, {"user_id"}},
    {"idx_api_keys_key_hash", false, {"key_hash"}},
});

constexpr auto sessionColumns = std::to_array<AviaryColumn>({
    {"id", uuid},
    {"user_id", uuid, true},
    {"token_hash", text, true},
    {"expires_at", time, true},
    {"created_at", time},
    {"last_used", time, false, now},
    {"user_agent", text},
    {"ip_address", text, false, "", 45},
});
constexpr auto sessionIndexes = std::to_array<AviaryIndex>({
    {"idx_user_sessions_user_id", false, {"user_id"}},
    {"idx_user_sessions_token_hash", false, {"token_hash"}},
});

constexpr auto folderColumns = std::to_array<AviaryColumn>({
    {"id", uuid},
    {"user_id", uuid, true},
    {"folder_path", text, true, "", 1000},
    {"folder_data", text},
    {"last_updated", time, false, now},
});
constexpr auto folderIndexes = std::to_array<AviaryIndex>({
    {"idx_user_folders_cache_user_id", false, {"user_id"}},
    {"idx_user_folder_path", true, {"user_id", "folder_path"}},
});

constexpr auto documentColumns = std::to_array<AviaryColumn>({
    {"id", uuid},
    {"user_id", uuid, true},
    {"document_name", text, true},
    {"local_path", text, false, "", 1000},
    {"remote_path", text, false, "", 1000},
    {"document_type", text, false, "", 50},
    {"file_size", integer},
    {"status", text, false, "'uploaded'", 50},
    {"upload_date", time, false, now},
});
constexpr auto documentIndexes = std::to_array<AviaryIndex>({
    {"idx_documents_user_id", false, {"user_id"}},
});

constexpr auto settingColumns = std::to_array<AviaryColumn>({
    {"key", text},
    {"value", text},
    {"description", text},
    {"updated_at", time, false, now},
    {"updated_by", uuid},
});

constexpr auto attemptColumns = std::to_array<AviaryColumn>({
    {"id", uuid},
    {"ip_address", text, true, "", 45},
    {"username", text},
    {"success", boolean, false, "false"},
    {"attempted_at", time, false, now},
    {"user_agent", text},
});
constexpr auto attemptIndexes = std::to_array<AviaryIndex>({
    {"idx_login_attempts_ip_address", false, {"ip_address"}},
    {"idx_login_attempts_username", false, {"username"}},
    {"idx_login_attempts_attempted_at", false, {"attempted_at"}},
});

constexpr auto tables = std::to_array<AviaryTable>({
    {"users", userColumns, userIndexes, {}},
    {"system_settings",
     settingColumns,
     {},
     {"fk_system_settings_updated_by_user", "updated_by", "NO ACTION"}},
    {"api_keys", keyColumns, keyIndexes, {"fk_users_api_keys", "user_id"}},
    {"user_sessions", sessionColumns, sessionIndexes, {"fk_users_sessions", "user_id"}},
    {"documents", documentColumns, documentIndexes, {"fk_users_documents", "user_id"}},
    {"user_folders_cache", folderColumns, folderIndexes, {"fk_users_folders_cache", "user_id"}},
    {"login_attempts", attemptColumns, attemptIndexes, {}},
});

}  // namespace

std::span<const AviaryTable> aviaryTables() noexcept { return tables; }

}  // namespace roost::archive
