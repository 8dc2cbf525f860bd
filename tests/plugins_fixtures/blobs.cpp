// A storage source that makes its files up.
#include <algorithm>
#include <cstdint>
#include <string>

#include "roost/plugin.hpp"

namespace {

using namespace roost;

/// Byte n of file f is (n + f) modulo 251, so that a shift by one file or byte shows.
class Pattern final : public ByteReader {
public:
    Pattern(std::uint64_t file, std::uint64_t size) : file_(file), size_(size) {}

    std::size_t read(std::span<std::byte> buffer) override {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size_ - at_));
        for (std::size_t i = 0; i < count; ++i) buffer[i] = static_cast<std::byte>((at_ + i + file_) % 251);
        at_ += count;
        return count;
    }

private:
    std::uint64_t file_;
    std::uint64_t size_;
    std::uint64_t at_ = 0;
};

class Blobs final : public Source {
public:
    struct Options {
        Location url;
        std::uint64_t count = 3;
        std::uint64_t size = 1024;
    };

    static PluginInfo info() {
        return {"blobs", "1.0", "Files of a known pattern, for tests", "storage", {"blobs"}};
    }
    static const OptionTable<Options>& options() {
        static const auto table = OptionTable<Options>()
                                      .url(&Options::url, "Says nothing more than its scheme.")
                                      .example("blobs:demo")
                                      .integer("count", &Options::count, "How many files there are.")
                                      .range(0, 1'000'000'000)
                                      .size("size", &Options::size, "1KiB", "The size of each.");
        return table;
    }

    explicit Blobs(Options options) : options_(std::move(options)) {}

    Catalog catalog(Context&) override {
        Catalog catalog;
        catalog.entryKinds.push_back(
            {"documents", options_.count, 0, options_.count * options_.size, options_.count > 0 ? 1U : 0U});
        return catalog;
    }

    bool next(Item& item) override {
        if (at_ == options_.count) return false;
        Entry entry;
        entry.kind = "documents";
        entry.owner = "00000000-0000-4000-8000-000000000001";
        const std::string number = std::to_string(at_);
        entry.path = "file-" + std::string(number.size() < 6 ? 6 - number.size() : 0, '0') + number + ".bin";
        entry.size = options_.size;
        entry.modifiedNanoseconds = 1'767'225'600'000'000'000;  // 2026-01-01
        entry.content = std::make_unique<Pattern>(at_, options_.size);
        ++at_;
        item = std::move(entry);
        return true;
    }

private:
    Options options_;
    std::uint64_t at_ = 0;
};

}  // namespace

ROOST_PLUGIN(Blobs)
