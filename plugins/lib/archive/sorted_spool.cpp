#include "lib/archive/sorted_spool.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <queue>

namespace roost::archive {

namespace {

/// So many runs of one level are merged into one of the next.
constexpr std::size_t runsPerLevel = 16;
constexpr std::size_t cursorBytes = std::size_t{16} << 10U;
/// What a text takes in memory beside its bytes, roughly.
constexpr std::size_t perText = 64;

/// Adds texts with their lengths to the end of a file.
class RunWriter {
public:
    explicit RunWriter(ScratchFile& file) : file_(file) { buffer_.reserve(2 * cursorBytes); }
    void add(std::string_view text) {
        std::array<char, sizeof(std::uint32_t)> length{};
        const auto size = static_cast<std::uint32_t>(text.size());
        std::memcpy(length.data(), &size, sizeof size);
        buffer_.append(length.data(), length.size()).append(text);
        if (buffer_.size() >= cursorBytes) flush();
    }
    void flush() {
        file_.append(buffer_);
        buffer_.clear();
    }

private:
    ScratchFile& file_;
    std::string buffer_;
};

}  // namespace

/// Reads a run from front to back.
class SortedSpool::Cursor {
public:
    Cursor(const ScratchFile& file, Run run) : file_(file), run_(run) {}
    bool next() {
        std::uint32_t size = 0;
        if (!has(sizeof size)) return false;
        std::memcpy(&size, buffer_.data() + used_, sizeof size);
        used_ += sizeof size;
        has(size);
        text_ = std::string_view(buffer_).substr(used_, size);
        used_ += size;
        return true;
    }
    [[nodiscard]] std::string_view text() const noexcept { return text_; }

private:
    /// Makes `size` bytes readable at used_.
    bool has(std::size_t size) {
        if (buffer_.size() - used_ >= size) return true;
        buffer_.erase(0, used_);
        used_ = 0;
        const std::uint64_t wanted = std::max(cursorBytes, size) - buffer_.size();
        const auto more = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, run_.end - run_.begin));
        const std::size_t before = buffer_.size();
        buffer_.resize(before + more);
        file_.read(run_.begin, std::span(buffer_).subspan(before));
        run_.begin += more;
        return buffer_.size() >= size;
    }

    const ScratchFile& file_;
    Run run_;
    std::string buffer_;
    std::size_t used_ = 0;
    std::string_view text_;
};

void SortedSpool::add(std::string_view text) {
    if (held_.contains(text)) return;
    held_.emplace(text);
    heldBytes_ += text.size() + perText;
    if (heldBytes_ >= limit_) spill();
}

void SortedSpool::spill() {
    RunWriter writer(scratch_);
    const std::uint64_t begin = scratch_.end();
    for (const std::string& text : held_) writer.add(text);
    writer.flush();
    runs_.push_back({begin, scratch_.end(), 0});
    held_.clear();
    heldBytes_ = 0;
    while (runs_.size() >= runsPerLevel && runs_[runs_.size() - runsPerLevel].level == runs_.back().level)
        mergeLastRuns();
}

void SortedSpool::mergeLastRuns() {
    const auto first = runs_.end() - static_cast<std::ptrdiff_t>(runsPerLevel);
    const std::vector<Run> last(first, runs_.end());
    runs_.erase(first, runs_.end());
    RunWriter writer(scratch_);
    const std::uint64_t begin = scratch_.end();
    merge(last, false, [&writer](std::string_view text) { writer.add(text); });
    writer.flush();
    runs_.push_back({begin, scratch_.end(), last.front().level + 1});
}

void SortedSpool::merge(const std::vector<Run>& runs, bool withMemory,
                        const std::function<void(std::string_view)>& visit) {
    std::vector<std::unique_ptr<Cursor>> cursors;
    const auto later = [](const Cursor* a, const Cursor* b) { return a->text() > b->text(); };
    std::priority_queue<Cursor*, std::vector<Cursor*>, decltype(later)> heap(later);
    for (const Run& run : runs) {
        cursors.push_back(std::make_unique<Cursor>(scratch_, run));
        if (cursors.back()->next()) heap.push(cursors.back().get());
    }
    auto inMemory = withMemory ? held_.begin() : held_.end();
    std::optional<std::string> last;
    const auto give = [&last, &visit](std::string_view text) {
        if (last && *last == text) return;
        last = text;
        visit(*last);
    };
    while (!heap.empty()) {
        for (; inMemory != held_.end() && *inMemory <= heap.top()->text(); ++inMemory) give(*inMemory);
        Cursor* const cursor = heap.top();
        heap.pop();
        give(cursor->text());
        if (cursor->next()) heap.push(cursor);
    }
    for (; inMemory != held_.end(); ++inMemory) give(*inMemory);
}

void SortedSpool::forEach(const std::function<void(std::string_view)>& visit) { merge(runs_, true, visit); }

std::uint64_t SortedSpool::count() {
    std::uint64_t number = 0;
    forEach([&number](std::string_view) { ++number; });
    return number;
}

}  // namespace roost::archive
