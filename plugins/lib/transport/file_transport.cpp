#include "lib/transport/file_transport.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>

#include "lib/archive/json_text.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::transport {

namespace {

constexpr const char* folderKey = "folder";

std::string quoted(const std::filesystem::path& path) {
    return "'" + storage::shownName(path.native()) + "'";
}

/// The folder is noted before anything is made in it: a run may be killed between the two. A run that cannot
/// keep a journal goes on, since the next one into the same folder tidies, too; so it does for names that
/// JSON cannot hold.
void noteForRecovery(const std::filesystem::path& folder, Context& context) {
    const std::string path = std::filesystem::absolute(folder).native();
    if (!archive::isUtf8(path)) return;
    Poco::JSON::Object record;
    record.set(folderKey, path);
    std::ostringstream text;
    record.stringify(text);
    if (!context.journal(text.str()))
        context.log(LogLevel::debug, "no journal could be kept for " + quoted(folder));
}

/// Why nothing can be made in the folder.
std::string folderRefusal(const std::filesystem::path& folder) {
    struct stat info {};
    if (::stat(folder.c_str(), &info) != 0)
        return errno == ENOENT
                   ? "the folder " + quoted(folder) + " for the archive does not exist; make it first"
                   : systemError("the folder " + quoted(folder) + " for the archive cannot be used", errno)
                         .what();
    if (!S_ISDIR(info.st_mode)) return quoted(folder) + ", where the archive should go, is not a folder";
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        return systemError("the folder " + quoted(folder) + " for the archive is not writable", errno).what();
    return {};
}

}  // namespace

std::string FileTransport::problem(const TransportOptions& options) {
    const std::string path = options.url.path();
    return path.empty() || path.back() == '/' ? "the url names no file" : "";
}

void FileTransport::judgeTarget(stream::OnExisting onExisting, Acceptance& acceptance, Context&) const {
    const std::filesystem::path folder = stream::folderOf(path_);
    if (std::string refusal = folderRefusal(folder); !refusal.empty())
        acceptance.refusals.push_back(std::move(refusal));
    if (struct stat info{}; ::stat(folder.c_str(), &info) != 0) return;
    if (std::string refusal = stream::longNameRefusal(path_); !refusal.empty())
        acceptance.refusals.push_back(std::move(refusal));
    struct stat info {};
    if (::lstat(path_.c_str(), &info) != 0) return;
    if (onExisting == stream::OnExisting::fail)
        acceptance.refusals.push_back(quoted(path_) +
                                      " exists already; choose another name or set 'on-existing: replace'");
    else if (!S_ISREG(info.st_mode))
        acceptance.refusals.push_back(quoted(path_) + " cannot be replaced: it is not a plain file");
    else
        acceptance.warnings.push_back(quoted(path_) + " exists (" +
                                      storage::shownSize(static_cast<std::uint64_t>(info.st_size)) +
                                      ") and will be replaced");
}

std::unique_ptr<stream::ByteTarget> FileTransport::openTarget(stream::OnExisting onExisting,
                                                              Context& context) const {
    const std::filesystem::path folder = stream::folderOf(path_);
    for (const std::string& name : stream::removeStalePartials(folder))
        context.warn("removed " + quoted(folder / name) + ", which an interrupted run had left");
    noteForRecovery(folder, context);
    return std::make_unique<stream::PartialFile>(path_, onExisting);
}

std::unique_ptr<stream::RepeatableInput> FileTransport::openInput(Context&) const {
    return std::make_unique<stream::FileInput>(path_);
}

std::string FileTransport::recover(const Poco::JSON::Object& record, Decision, Context&) {
    const std::filesystem::path folder = record.getValue<std::string>(folderKey);
    std::string done;
    for (const std::string& name : stream::removeStalePartials(folder))
        done += (done.empty() ? "removed the unfinished archive " : ", ") + quoted(folder / name);
    return done;
}

}  // namespace roost::transport
