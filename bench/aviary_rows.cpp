#include "bench/aviary_rows.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "bench/document_text.hpp"

namespace roost::bench {

namespace {

constexpr std::int64_t newYear = 1'735'689'600;  // 2025-01-01
constexpr std::uint64_t year = 31'536'000;
constexpr std::int64_t summerBegins = 1'743'296'400;  // the server stands in Europe
constexpr std::int64_t summerEnds = 1'761'440'400;
constexpr std::array<std::string_view, 4> agents{
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 "
    "Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "curl/8.11.0"};
constexpr std::array<std::string_view, 5> remoteFolders{"/", "/Books", "/Papers", "/Notes/2025",
                                                        "/Bücher & Zeitschriften"};
constexpr std::array<std::array<std::string_view, 2>, 10> settings{{{"smtp_enabled", "false"},
                                                                    {"smtp_host", ""},
                                                                    {"smtp_port", "587"},
                                                                    {"smtp_username", ""},
                                                                    {"smtp_password", ""},
                                                                    {"smtp_from", ""},
                                                                    {"smtp_tls", "true"},
                                                                    {"registration_enabled", "false"},
                                                                    {"max_api_keys_per_user", "10"},
                                                                    {"password_reset_timeout_hours", "24"}}};

}  // namespace

RowPlan planRows(std::uint64_t rows, std::size_t users) {
    RowPlan plan;
    plan.users = users;
    plan.settings = settings.size();
    if (rows < plan.users + plan.settings)
        throw std::invalid_argument(
            fmt::format("--rows must be at least {} for {} users", plan.users + plan.settings, users));
    const std::uint64_t rest = rows - plan.users - plan.settings;
    plan.keys = rest * 2 / 100;
    plan.sessions = rest * 10 / 100;
    plan.folders = rest * 6 / 100;
    plan.attempts = rest * 12 / 100;
    plan.documents = rest - plan.keys - plan.sessions - plan.folders - plan.attempts;
    return plan;
}

void AviaryRows::write(const RowPlan& plan) {
    userRows(plan.users);
    settingRows();
    keyRows(plan.keys);
    sessionRows(plan.sessions);
    folderRows(plan.folders);
    attemptRows(plan.attempts);
    documentRows(plan.documents);
    for (const auto& output : outputs_) output->finish();
}

template <class Row>
void AviaryRows::table(std::string_view name, std::size_t columns, std::uint64_t count, Row row) {
    for (const auto& output : outputs_) output->begin(name, columns);
    for (std::uint64_t i = 0; i < count; ++i) row(i);
    for (const auto& output : outputs_) output->end();
}

void AviaryRows::put(std::initializer_list<Value> values) {
    for (const auto& output : outputs_) output->row({values.begin(), values.size()});
}

const User& AviaryRows::someone() { return users_[random_.below(users_.size())]; }

Moment AviaryRows::moment() {
    Moment moment;
    moment.seconds = newYear + static_cast<std::int64_t>(random_.below(year));
    moment.nanoseconds = static_cast<std::uint32_t>(random_.below(1'000'000'000));
    moment.offsetMinutes = moment.seconds >= summerBegins && moment.seconds < summerEnds ? 120 : 60;
    return moment;
}

Moment AviaryRows::momentByDatabase() {
    return {newYear + static_cast<std::int64_t>(random_.below(year)), 0, 0, true};
}

Value AviaryRows::sometimes(std::uint64_t percent, Value value) {
    return random_.chance(percent) ? value : Value(Null{});
}

std::string AviaryRows::uuid() {
    std::string text;
    random_.appendUuid(text);
    return text;
}

/// As bcrypt spells one.
std::string AviaryRows::hash() {
    std::string text = "$2a$10$";
    random_.appendOf(text, "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 53);
    return text;
}

std::string AviaryRows::address() {
    if (!random_.chance(20)) return fmt::format("192.0.2.{}", random_.below(256));
    const std::uint64_t number = random_.next();
    return fmt::format("2001:db8:{:x}::{:x}", number & 0xFFFFU, number >> 48U);
}

void AviaryRows::userRows(std::uint64_t count) {
    table("users", 26, count, [&](std::uint64_t i) {
        const User& user = users_[i];
        const std::string email = user.name + "@example.com";
        const std::string password = hash();
        const std::string subject = uuid();
        const bool hasDpi = random_.chance(20);
        put({user.id,
             user.name,
             email,
             password,
             i == 0,
             random_.chance(97),
             std::string_view(),
             "/",
             static_cast<std::int64_t>(random_.between(1, 99)),
             random_.chance(50) ? "current" : "first",
             "none",
             "abort",
             std::int64_t{0},
             hasDpi ? "[\"/Trash\"]" : "",
             hasDpi ? "1404x1872" : "",
             hasDpi ? 226.5 : 0.0,
             "epub",
             user.config,
             sometimes(30, random_.chance(50)),
             sometimes(30, random_.chance(50)),
             std::string_view(),
             Moment{-62'135'596'800, 0, 0, false},  // Go's zero time
             sometimes(30, subject),
             moment(),
             moment(),
             sometimes(90, moment())});
    });
}

void AviaryRows::settingRows() {
    table("system_settings", 5, settings.size(), [&](std::uint64_t i) {
        const std::string description = "Setting " + std::string(settings[i][0]);
        put({settings[i][0], settings[i][1], description, momentByDatabase(), sometimes(20, users_[0].id)});
    });
}

void AviaryRows::keyRows(std::uint64_t count) {
    table("api_keys", 9, count, [&](std::uint64_t i) {
        const std::string id = uuid();
        const std::string name = fmt::format("Script {}", i);
        const std::string keyHash = hash();
        std::string prefix = "aviary_";
        random_.appendHex(prefix, 9);
        put({id, someone().id, name, keyHash, prefix, random_.chance(90), sometimes(60, moment()),
             sometimes(20, moment()), moment()});
    });
}

void AviaryRows::sessionRows(std::uint64_t count) {
    table("user_sessions", 8, count, [&](std::uint64_t) {
        const std::string id = uuid();
        std::string token;
        random_.appendHex(token, 64);
        const std::string from = address();
        put({id, someone().id, token, moment(), moment(), moment(), random_.of(agents), from});
    });
}

void AviaryRows::folderRows(std::uint64_t count) {
    table("user_folders_cache", 5, count, [&](std::uint64_t i) {
        const std::string id = uuid();
        const std::string path =
            fmt::format("/Shelf {}/Row {}", i / users_.size() % 40, i / users_.size() / 40);
        std::string data = "[";
        for (std::uint64_t children = random_.between(1, 5); children > 0; --children) {
            data += data.size() > 1 ? "," : "";
            data += fmt::format(R"({{"name":"{} {}","id":"{}","type":"CollectionType"}})", path, children,
                                uuid());
        }
        data += "]";
        put({id, users_[i % users_.size()].id, path, data, moment()});
    });
}

void AviaryRows::attemptRows(std::uint64_t count) {
    table("login_attempts", 6, count, [&](std::uint64_t) {
        const std::string id = uuid();
        const std::string from = address();
        put({id, from, someone().name, random_.chance(80), momentByDatabase(), random_.of(agents)});
    });
}

void AviaryRows::documentRows(std::uint64_t count) {
    DocumentText words(random_);
    table("documents", 9, count, [&](std::uint64_t i) {
        const std::string id = uuid();
        const bool onDisk = i < files_.size();
        const User& owner = onDisk ? users_[files_[i].user] : someone();
        const std::string path = onDisk ? files_[i].path : words.title() + ".pdf";
        const std::string_view name = std::string_view(path).substr(path.find_last_of('/') + 1);
        const std::string local = "/data/users/" + owner.id + "/pdfs/" + path;
        const auto size =
            static_cast<std::int64_t>(onDisk ? files_[i].size : random_.between(2'000, 20'000'000));
        put({id, owner.id, name, sometimes(95, local), random_.of(remoteFolders),
             random_.chance(90) ? "pdf" : "epub", size, "uploaded",
             random_.chance(90) ? momentByDatabase() : moment()});
    });
}

}  // namespace roost::bench
