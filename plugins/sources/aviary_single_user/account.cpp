#include "sources/aviary_single_user/account.hpp"

#include <Poco/SHA1Engine.h>
#include <Poco/UUID.h>
#include <Poco/UUIDGenerator.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>

#include "lib/archive/aviary_schema.hpp"
#include "roost/error.hpp"
#include "sources/aviary_single_user/bcrypt.hpp"

namespace roost::single_user {

namespace {

/// The name space of the ids that roost gives to accounts. It must never change.
constexpr const char* accounts = "5b0f2c1e-6a5d-4f7e-9d3a-1c8e4b7a9f20";
constexpr std::string_view keyStart = "aviary_";
/// Characters of an API key that Aviary shows, and finds it by.
constexpr std::size_t shownOfKey = 16;
constexpr const char* keyName = "Migrated from API_KEY env var";
/// Go's zero time, 0001-01-01 00:00:00 UTC, in microseconds from 2000-01-01: what Aviary has where no time is
/// set.
constexpr std::int64_t zeroTime = std::int64_t{-730'119} * 86'400 * 1'000'000;
constexpr std::int64_t year2000 = 946'684'800;

std::string nameBased(const Poco::UUID& space, const std::string& name) {
    Poco::SHA1Engine sha1;
    return Poco::UUIDGenerator::defaultGenerator()
        .createFromName(space, name, sha1, Poco::UUID::UUID_NAME_BASED_SHA1)
        .toString();
}

std::array<char, 16> bytesOf(const std::string& id) {
    std::array<char, 16> bytes{};
    Poco::UUID(id).copyTo(bytes.data());
    return bytes;
}

/// When Aviary's server fetches the user's list of folders, in hundredths of its interval: it draws a number
/// from 1 to 99, so that not all users are due at once. Here it comes from the id, the same in every run.
std::int64_t refreshPercent(const std::string& id) {
    const std::array<char, 16> bytes = bytesOf(id);
    const unsigned last =
        static_cast<unsigned char>(bytes[14]) * 256U + static_cast<unsigned char>(bytes[15]);
    return std::int64_t{last % 99} + 1;
}

/// Makes one row, by the names of the columns. What is not set is null.
class RowMaker {
public:
    explicit RowMaker(const Table& table)
        : table_(table), batch_(std::make_shared<Batch>(table.id, table.columns.size())) {
        cells_ = batch_->addRow();
    }

    void text(std::string_view column, std::string_view value) {
        set(column, Cell::view(CellKind::text, batch_->store(value)));
    }
    void id(std::string_view column, const std::string& value) {
        const std::array<char, 16> bytes = bytesOf(value);
        set(column, Cell::view(CellKind::uuid, batch_->store({bytes.data(), bytes.size()})));
    }
    void set(std::string_view column, Cell cell) {
        const auto place = table_.columnIndex(column);
        if (!place) throw Error("table " + table_.name + " has no column '" + std::string(column) + "'");
        cells_[*place] = cell;
    }
    void time(std::string_view column, std::chrono::system_clock::time_point value) {
        using std::chrono::duration_cast;
        using std::chrono::microseconds;
        const auto since1970 = duration_cast<microseconds>(value.time_since_epoch()).count();
        set(column, Cell::timestamp(since1970 - year2000 * 1'000'000));
    }
    [[nodiscard]] BatchPtr take() { return std::move(batch_); }

private:
    const Table& table_;
    std::shared_ptr<Batch> batch_;
    std::span<Cell> cells_;
};

}  // namespace

std::string userId(const std::string& username) {
    std::string name = "user:" + username;
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return nameBased(Poco::UUID(accounts), name);
}

std::string apiKeyId(const std::string& userId) { return nameBased(Poco::UUID(userId), "api-key"); }

std::string apiKeyFault(const std::string& key) {
    if (!key.starts_with(keyStart))
        return "Aviary takes only API keys that begin with 'aviary_' once it has users, and this one does "
               "not";
    if (!std::ranges::all_of(key, [](char c) { return c > ' ' && c <= '~'; }))
        return "the API key holds characters that no request can carry: other than printable ASCII";
    try {
        checkHashable(key, "API key");
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

Catalog accountCatalog(std::string_view dialect, bool hasApiKey) {
    Catalog catalog = archive::aviaryCatalog(dialect == "postgresql" ? "postgres" : "sqlite",
                                             {{"users", {}}, {"api_keys", {}}});
    catalog.tables.at(0).rows = 1;
    catalog.tables.at(1).rows = hasApiKey ? 1 : 0;
    return catalog;
}

BatchPtr userRow(const Table& users, const Account& account) {
    const SingleUserOptions& options = account.options;
    const std::string id = userId(options.username);
    RowMaker row(users);
    row.id("id", id);
    row.text("username", options.username);
    row.text("email", options.email.empty() ? options.username + "@localhost" : options.email);
    row.text("password", bcrypt(options.password));
    row.set("is_admin", Cell::boolean(true));
    row.set("is_active", Cell::boolean(true));
    row.text("rmapi_host", options.rmapiHost);
    row.text("default_rmdir", options.defaultRmdir.empty() ? "/" : options.defaultRmdir);
    row.set("folder_refresh_percent", Cell::integer(refreshPercent(id)));
    row.text("coverpage_setting", options.coverpage == Coverpage::first ? "first" : "current");
    row.text("contrast_setting", options.contrast.empty() ? "none" : options.contrast);
    row.text("conflict_resolution",
             options.conflictResolution.empty() ? "abort" : options.conflictResolution);
    row.set("folder_depth_limit", Cell::integer(options.folderDepthLimit));
    row.text("folder_exclusion_list", options.folderExclusionList);
    // What Aviary's models set where nothing else does; pdf_background_removal, experimental_download_link,
    // oidc_subject and last_login stay null.
    row.text("page_resolution", "");
    row.set("page_dpi", Cell::real(0));
    row.text("conversion_output_format", "epub");
    row.text("rmapi_config", account.rmapiConfig);
    row.text("reset_token", "");
    row.set("reset_token_expires", Cell::timestamp(zeroTime));
    row.time("created_at", account.madeAt);
    row.time("updated_at", account.madeAt);
    return row.take();
}

BatchPtr apiKeyRow(const Table& keys, const Account& account) {
    const std::string& key = account.options.apiKey;
    const std::string user = userId(account.options.username);
    RowMaker row(keys);
    row.id("id", apiKeyId(user));
    row.id("user_id", user);
    row.text("name", keyName);
    row.text("key_hash", bcrypt(key));
    row.text("key_prefix", std::string_view(key).substr(0, shownOfKey));
    row.set("is_active", Cell::boolean(true));
    row.time("created_at", account.madeAt);  // last_used and expires_at stay null: never used, never expires
    return row.take();
}

}  // namespace roost::single_user
