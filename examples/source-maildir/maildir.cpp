// A roost source: the messages of users' maildirs (maildir:FOLDER, with FOLDER/USER/{cur,new}/MESSAGE).
#include <filesystem>
#include <fstream>
#include <set>

#include "roost/plugin.hpp"

namespace fs = std::filesystem;
using namespace roost;

struct Message final : ByteReader {
    explicit Message(const fs::path& file) : stream(file, std::ios::binary) {}
    std::size_t read(std::span<std::byte> buffer) override {
        stream.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(buffer.size()));
        return static_cast<std::size_t>(stream.gcount());
    }
    std::ifstream stream;
};

struct Maildir final : Source {
    struct Options {
        Location url;
    };
    static PluginInfo info() { return {"maildir", "1.0", "Users' mail", "storage", {"maildir"}}; }
    static const OptionTable<Options>& options() {
        static const auto table = OptionTable<Options>().url(&Options::url, "The folder of the maildirs.");
        return table;
    }
    explicit Maildir(Options options) : root(options.url.path()) {}

    Catalog catalog(Context&) override {
        EntryKindTotals mail{.kind = "mail"};
        for (const auto& entry : fs::recursive_directory_iterator(root)) {
            const std::string folder = entry.path().parent_path().filename();
            if (!entry.is_regular_file() || (folder != "cur" && folder != "new")) continue;
            files.insert(entry.path());
            mail.bytes += entry.file_size();
        }
        mail.files = files.size();
        return {.entryKinds = {mail}};
    }
    bool next(Item& item) override {
        if (files.empty()) return false;
        const fs::path file = files.extract(files.begin()).value();
        const fs::path inside = file.lexically_relative(root), owner = *inside.begin();
        Entry entry{.kind = "mail", .owner = owner, .path = inside.lexically_relative(owner)};
        entry.size = fs::file_size(file);
        entry.content = std::make_unique<Message>(file);
        item = std::move(entry);
        return true;
    }

    fs::path root;
    std::set<fs::path> files;
};

ROOST_PLUGIN(Maildir)
