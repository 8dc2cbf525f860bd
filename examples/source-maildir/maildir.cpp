// A roost source: the messages of users' maildirs (maildir:FOLDER, with FOLDER/USER/{cur,new}/MESSAGE).
#include <filesystem>
#include <fstream>
#include <set>

#include "roost/plugin.hpp"

namespace fs = std::filesystem;

class Message final : public roost::ByteReader {
public:
    explicit Message(const fs::path& file) : stream_(file, std::ios::binary) {}
    std::size_t read(std::span<std::byte> buffer) override {
        stream_.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(buffer.size()));
        return static_cast<std::size_t>(stream_.gcount());
    }
    std::ifstream stream_;
};

class Maildir final : public roost::Source {
public:
    struct Options {
        roost::Location url;
    };
    static roost::PluginInfo info() {
        return {"maildir", "1.0", "Messages of users' maildirs", "storage", {"maildir"}};
    }
    static const roost::OptionTable<Options>& options() {
        static const auto table =
            roost::OptionTable<Options>().url(&Options::url, "The folder of the users' maildirs.");
        return table;
    }
    explicit Maildir(Options options) : root_(options.url.path()) {}
    roost::Catalog catalog(roost::Context&) override {
        roost::EntryKindTotals mail{.kind = "mail"};
        std::set<std::string> users;
        for (const auto& entry : fs::recursive_directory_iterator(root_)) {
            const std::string folder = entry.path().parent_path().filename();
            if (!entry.is_regular_file() || (folder != "cur" && folder != "new")) continue;
            files_.insert(entry.path());
            users.insert(entry.path().lexically_relative(root_).begin()->string());
            mail.bytes += entry.file_size();
        }
        mail.files = files_.size();
        mail.users = users.size();
        return {.entryKinds = {mail}};
    }
    bool next(roost::Item& item) override {
        if (files_.empty()) return false;
        const fs::path file = files_.extract(files_.begin()).value();
        const fs::path inside = file.lexically_relative(root_);
        roost::Entry entry{.kind = "mail",
                           .owner = inside.begin()->string(),
                           .path = inside.lexically_relative(*inside.begin())};
        entry.size = fs::file_size(file);
        entry.content = std::make_unique<Message>(file);
        item = std::move(entry);
        return true;
    }

private:
    fs::path root_;
    std::set<fs::path> files_;
};
ROOST_PLUGIN(Maildir)
