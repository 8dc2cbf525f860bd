#include "plugins/files/sample_tree.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "roost/error.hpp"

namespace files_test {

TemporaryFolder::TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "roost-files-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
    std::filesystem::permissions(path_, std::filesystem::perms(0755));
}

TemporaryFolder::~TemporaryFolder() {
    // std::filesystem::remove_all() keeps a descriptor a level; trees here are deeper than that allows.
    if (std::system(("rm -rf -- '" + path_.string() + "'").c_str()) != 0) std::perror("rm");
}

void writeFile(const std::filesystem::path& path, std::string_view bytes) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file << bytes;
    if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

void appendTo(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary | std::ios::app) << bytes;
}

void setModified(const std::filesystem::path& path, std::int64_t nanoseconds) {
    const struct timespec time { nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000 };
    const struct timespec times[2] = {time, time};
    if (::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
        throw std::runtime_error("cannot set the time of " + path.string());
}

Taken take(roost::Entry& entry, std::size_t bufferSize) {
    Taken taken;
    taken.name = entry.displayName();
    taken.size = entry.size;
    taken.mode = entry.mode;
    taken.modified = entry.modifiedNanoseconds;
    if (entry.type == roost::EntryType::folder) {
        taken.name += '/';
        return taken;
    }
    std::vector<std::byte> buffer(bufferSize);
    while (const std::size_t got = entry.content->read(buffer))
        taken.bytes.append(reinterpret_cast<const char*>(buffer.data()), got);
    taken.state = entry.content->state();
    taken.message = entry.content->message();
    return taken;
}

std::vector<Taken> takeAll(roost::storage::FilesSource& source) {
    std::vector<Taken> entries;
    for (roost::Item item; source.next(item);) entries.push_back(take(std::get<roost::Entry>(item)));
    return entries;
}

std::vector<std::string> names(const std::vector<Taken>& entries) {
    std::vector<std::string> list;
    for (const Taken& entry : entries) list.push_back(entry.name);
    return list;
}

roost::storage::FilesOptions optionsFor(const std::filesystem::path& folder) {
    roost::storage::FilesOptions options;
    options.url = roost::Location::parse("file:" + folder.string());
    return options;
}

std::string errorOf(const std::function<void()>& call) {
    try {
        call();
    } catch (const roost::Error& error) {
        return std::string(error.what()) + " | " + error.hint();
    }
    return {};
}

std::string asNobody(const std::function<std::string()>& call) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        std::string answer = "cannot become nobody";
        constexpr uid_t nobody = 65534;
        if (::geteuid() != 0 || (::setgid(nobody) == 0 && ::setuid(nobody) == 0)) answer = call();
        const ssize_t written = ::write(ends[1], answer.data(), answer.size());
        ::_exit(written == static_cast<ssize_t>(answer.size()) ? 0 : 1);
    }
    ::close(ends[1]);
    std::string answer;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
        answer.append(buffer, static_cast<std::size_t>(got));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return status == 0 ? answer : answer + " (child failed)";
}

DescriptorLimit::DescriptorLimit(std::uint64_t limit) {
    struct rlimit current {};
    ::getrlimit(RLIMIT_NOFILE, &current);
    before_ = current.rlim_cur;
    current.rlim_cur = limit;
    ::setrlimit(RLIMIT_NOFILE, &current);
}

DescriptorLimit::~DescriptorLimit() {
    struct rlimit current {};
    ::getrlimit(RLIMIT_NOFILE, &current);
    current.rlim_cur = before_;
    ::setrlimit(RLIMIT_NOFILE, &current);
}

}  // namespace files_test
