// Drives the storage sink the way the engine does, and looks at folders.
#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plugins/files/sample_tree.hpp"
#include "plugins/recording_context.hpp"
#include "sinks/files/files_sink.hpp"

namespace files_test {

/// What a folder and all below it look like: path -> "type mode time bytes".
inline std::map<std::string, std::string> looks(const std::filesystem::path& folder) {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        struct stat status {};
        ::lstat(entry.path().c_str(), &status);
        std::string text = std::to_string(status.st_mode) + " " + std::to_string(status.st_mtim.tv_sec) +
                           "." + std::to_string(status.st_mtim.tv_nsec);
        if (S_ISREG(status.st_mode)) {
            std::ifstream file(entry.path(), std::ios::binary);
            text += " " + std::string(std::istreambuf_iterator<char>(file), {});
        }
        all[entry.path().lexically_relative(folder).native()] = text;
    }
    return all;
}

inline roost::storage::FilesSink::Options sinkOptions(
    const std::filesystem::path& folder, roost::storage::FilesMode mode = roost::storage::FilesMode::replace,
    roost::storage::OnPartialKind partial = roost::storage::OnPartialKind::refuse) {
    roost::storage::FilesSink::Options options;
    options.url = roost::Location::parse("file:" + folder.native());
    options.mode = mode;
    options.partial = partial;
    return options;
}

/// Content from memory.
class Bytes final : public roost::ByteReader {
public:
    explicit Bytes(std::string data) : data_(std::move(data)) {}
    std::size_t read(std::span<std::byte> buffer) override {
        const std::size_t size = std::min(buffer.size(), data_.size() - at_);
        std::memcpy(buffer.data(), data_.data() + at_, size);
        at_ += size;
        return size;
    }

private:
    std::string data_;
    std::size_t at_ = 0;
};

inline roost::Item file(const std::string& kind, const std::string& owner, const std::string& path,
                        const std::string& bytes) {
    roost::Entry entry;
    entry.kind = kind;
    entry.owner = owner;
    entry.path = path;
    entry.size = bytes.size();
    entry.modifiedNanoseconds = 1'500'000'000'000'000'000;
    entry.content = std::make_unique<Bytes>(bytes);
    return entry;
}

inline roost::Item folder(const std::string& kind, const std::string& owner, const std::string& path) {
    roost::Entry entry;
    entry.type = roost::EntryType::folder;
    entry.kind = kind;
    entry.owner = owner;
    entry.path = path;
    entry.mode = 0750;
    entry.modifiedNanoseconds = 1'400'000'000'000'000'000;
    return entry;
}

/// A run of the sink up to prepare().
struct Restore {
    Restore(const std::filesystem::path& target, std::vector<std::string> kinds,
            roost::storage::FilesMode mode = roost::storage::FilesMode::replace, bool dry = false,
            roost::storage::OnPartialKind partial = roost::storage::OnPartialKind::refuse)
        : sink(sinkOptions(target, mode, partial)) {
        context.dry = dry;
        for (std::string& kind : kinds) catalog.entryKinds.push_back({std::move(kind), 0, 0, 0, 0});
        acceptance = sink.accept(catalog, context);
    }
    void write(std::vector<roost::Item> items) {
        sink.begin(catalog, context);
        for (roost::Item& item : items) sink.write(item);
    }
    void commit() {
        sink.prepare();
        sink.commit();
        sink.tidy();
    }

    roost::testing::RecordingContext context;
    roost::Catalog catalog;
    roost::storage::FilesSink sink;
    roost::Acceptance acceptance;
};

template <class... Items>
std::vector<roost::Item> items(Items... each) {
    std::vector<roost::Item> list;
    (list.push_back(std::move(each)), ...);
    return list;
}

}  // namespace files_test
