#include "bench/user_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>

#include "bench/document_text.hpp"

namespace roost::bench {

namespace {

constexpr std::uint64_t smallest = 2'000;
constexpr std::uint64_t largest = std::uint64_t{20} << 20U;
constexpr std::uint32_t textShare = 30;
constexpr std::int64_t newYear = 1'735'689'600;  // 2025-01-01
constexpr std::uint64_t year = 31'536'000;
constexpr std::array<std::string_view, 6> folders{"", "", "Books/", "Papers/", "Notes/2025/", "Invoices/"};

/// Most files are small, and most bytes are in the large ones.
std::uint64_t fileSize(Random& random) {
    const std::uint64_t kind = random.below(100);
    if (kind < 40) return random.between(smallest, 60'000);
    if (kind < 75) return random.between(60'000, 800'000);
    if (kind < 95) return random.between(800'000, 5'000'000);
    return random.between(5'000'000, largest);
}

/// Most documents are scans, which have no text, or text without pictures; some have both. What came before
/// decides, so that the whole is right.
std::uint32_t textPercent(Random& random, std::uint64_t textSoFar, std::uint64_t bytesSoFar) {
    const bool needsText = textSoFar * 100 < bytesSoFar * textShare;
    if (!needsText) return 0;
    return random.chance(80) ? 100 : 40;
}

std::string makeConfig(Random& random) {
    std::string config = "devicetoken: eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.";
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    random.appendOf(config, alphabet, 230);
    config += '.';
    random.appendOf(config, alphabet, 43);
    config += "\nusertoken: eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.";
    random.appendOf(config, alphabet, 520);
    config += '.';
    random.appendOf(config, alphabet, 43);
    return config + '\n';
}

void setTime(const std::filesystem::path& path, Random& random) {
    const auto seconds = static_cast<time_t>(newYear + static_cast<std::int64_t>(random.below(year)));
    const struct timespec moment { seconds, static_cast<long>(random.below(1'000'000'000)) };
    const std::array<struct timespec, 2> times{moment, moment};
    if (::utimensat(AT_FDCWD, path.c_str(), times.data(), 0) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot set the time of " + path.string());
}

void writeFile(const std::filesystem::path& path, std::span<const char> bytes, mode_t mode, Random& random) {
    const auto fail = [&] {
        throw std::system_error(errno, std::generic_category(), "cannot write " + path.string());
    };
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file < 0) fail();
    ::fchmod(file, mode);  // whatever the umask is
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0) fail();
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    if (::close(file) != 0) fail();
    setTime(path, random);
}

/// Folders get their modes and times at the end: every file that is made in one moves its time.
void settleFolders(const std::filesystem::path& users, Random& random) {
    std::vector<std::filesystem::path> paths{users};
    for (const auto& entry : std::filesystem::recursive_directory_iterator(users))
        if (entry.is_directory()) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) {
        ::chmod(path.c_str(), 0755);
        setTime(path, random);
    }
}

}  // namespace

std::vector<User> planUsers(std::size_t count, Random& random) {
    std::vector<User> users(count);
    for (std::size_t i = 0; i < count; ++i) {
        random.appendUuid(users[i].id);
        users[i].name = i == 0 ? "admin" : fmt::format("reader{:05}", i);
        if (random.chance(80)) users[i].config = makeConfig(random);
    }
    return users;
}

std::vector<UserFile> planFiles(std::uint64_t bytes, std::size_t users, Random& random) {
    std::vector<UserFile> files;
    DocumentText words(random);
    std::uint64_t planned = 0;
    std::uint64_t text = 0;
    while (planned < bytes) {
        UserFile file;
        file.user = std::min(random.below(users), random.below(users));  // some read more than others
        file.size = std::min(fileSize(random), bytes - planned);
        file.textPercent = textPercent(random, text, planned);
        const std::string_view folder = random.of(folders);
        file.path = fmt::format("{}{} {}.pdf", folder, words.title(), files.size());
        planned += file.size;
        text += file.size * file.textPercent / 100;
        files.push_back(std::move(file));
    }
    return files;
}

void writeFiles(const std::filesystem::path& users, const std::vector<User>& people,
                const std::vector<UserFile>& files, Random& random) {
    for (const User& user : people) {
        std::filesystem::create_directories(users / user.id / "pdfs");
        if (user.config.empty()) continue;
        std::filesystem::create_directories(users / user.id / "rmapi");
        writeFile(users / user.id / "rmapi" / "rmapi.conf", user.config, 0600, random);
    }
    DocumentText content(random);
    std::vector<char> buffer;
    for (const UserFile& file : files) {
        const auto path = users / people[file.user].id / "pdfs" / file.path;
        std::filesystem::create_directories(path.parent_path());
        buffer.resize(file.size);
        content.fill(buffer, file.textPercent);
        writeFile(path, buffer, 0644, random);
    }
    settleFolders(users, random);
}

}  // namespace roost::bench
