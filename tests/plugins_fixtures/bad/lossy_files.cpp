// A storage sink that loses a part of what it is given. The source `files` reads what it writes.
#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

#include "roost/plugin.hpp"

namespace {

using namespace roost;
namespace fs = std::filesystem;

class LossyFiles final : public Sink {
public:
    enum class Way { none, lastByte, zeros, file, folder, mode, time, more, kind };
    struct Options {
        Location url;
        Way way = Way::none;
        bool told = false;
    };

    static PluginInfo info() {
        return {"lossy-files", "1.0", "Loses a part of what it is given, for tests", "lossy", {"file"}};
    }
    static const OptionTable<Options>& options() {
        static const auto table =
            OptionTable<Options>()
                .url(&Options::url, "The folder.")
                .example("file:users")
                .choice("way", &Options::way,
                        {"none", "last-byte", "zeros", "file", "folder", "mode", "time", "more", "kind"},
                        "What it loses.")
                .boolean("told", &Options::told, "Whether it says so.");
        return table;
    }

    explicit LossyFiles(Options options) : options_(std::move(options)) {}

    Acceptance accept(const Catalog&, Context&) override {
        Acceptance acceptance;
        acceptance.entries = true;
        acceptance.target = options_.url.path();
        if (options_.told) acceptance.warnings = {"modes, times and empty folders are not kept"};
        return acceptance;
    }
    void begin(const Catalog&, Context&) override {}
    void write(Item& item) override {
        auto* entry = std::get_if<Entry>(&item);
        if (entry == nullptr) return;
        const bool folder = entry->type == EntryType::folder;
        if (options_.way == Way::file && entry->path == "a.pdf") return;
        if (options_.way == Way::folder && entry->path == "nothing in it") return;
        if (options_.way == Way::kind && entry->kind == "configs") entry->kind = "others";
        const fs::path path = fs::path(options_.url.path()) / entry->owner / entry->kind / entry->path;
        fs::create_directories(folder ? path : path.parent_path());
        if (!folder) writeFile(*entry, path);
        if (options_.way == Way::more && entry->path == "a.pdf")
            std::ofstream(path.string() + ".more") << "x";
        if (options_.way != Way::mode) ::chmod(path.c_str(), entry->mode);
        times_.emplace_back(path, entry->modifiedNanoseconds);
    }
    void prepare() override {
        if (options_.way == Way::time) return;
        for (auto each = times_.rbegin(); each != times_.rend(); ++each) {
            constexpr std::int64_t second = 1'000'000'000;
            const std::array<timespec, 2> times{timespec{0, UTIME_OMIT},
                                                timespec{each->second / second, each->second % second}};
            ::utimensat(AT_FDCWD, each->first.c_str(), times.data(), 0);
        }
    }
    void commit() override {}
    void abort() noexcept override {}

private:
    void writeFile(Entry& entry, const fs::path& path) const {
        std::string bytes(entry.size, '\0');
        for (std::size_t done = 0;;) {
            const std::size_t got =
                entry.content->read(std::as_writable_bytes(std::span(bytes)).subspan(done));
            if (got == 0) break;
            done += got;
        }
        if (options_.way == Way::lastByte && !bytes.empty()) bytes.pop_back();
        if (options_.way == Way::zeros) bytes.assign(bytes.size(), '\0');
        std::ofstream(path, std::ios::binary) << bytes;
    }

    Options options_;
    std::vector<std::pair<fs::path, std::int64_t>> times_;
};

}  // namespace

ROOST_PLUGIN(LossyFiles)
