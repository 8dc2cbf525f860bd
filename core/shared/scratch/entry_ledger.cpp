#include "scratch/entry_ledger.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <queue>
#include <span>
#include <utility>

namespace roost {

namespace {

// In memory a record is the key's length, the mark, whether it is a folder, and the key.
constexpr std::size_t headSize = 2 * sizeof(std::uint64_t) + 1;
/// What is written at once, and what all cursors of a merge hold together at most.
constexpr std::size_t writtenAtOnce = std::size_t{64} << 10U;
constexpr std::size_t readInAll = std::size_t{4} << 20U;
constexpr std::size_t largestRead = std::size_t{64} << 10U;
constexpr std::size_t smallestRead = 256;

std::size_t sharedLength(std::string_view a, std::string_view b) noexcept {
    const std::size_t most = std::min(a.size(), b.size());
    return static_cast<std::size_t>(
        std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(most), b.begin()).first - a.begin());
}

}  // namespace

/// Adds names to the end of the temporary file. In a run a record is the length of what it shares with the
/// one before it, the length of the rest, the mark and the folder's bit, and the rest; numbers have seven
/// bits a byte, the lowest first.
class EntryLedger::RunWriter {
public:
    RunWriter(ScratchFile& file, std::string& last) : file_(file), last_(last) {}

    void add(const Name& name) {
        const std::size_t shared = sharedLength(last_, name.key);
        number(shared);
        number(name.key.size() - shared);
        number(name.mark);
        buffer_ += static_cast<char>(name.folder);
        buffer_ += name.key.substr(shared);
        last_.replace(shared, std::string::npos, name.key.substr(shared));
        if (buffer_.size() >= writtenAtOnce) flush();
    }
    void flush() {
        file_.append(buffer_);
        buffer_.clear();
    }

private:
    void number(std::uint64_t value) {
        for (; value >= 128; value >>= 7U) buffer_ += static_cast<char>((value & 127U) | 128U);
        buffer_ += static_cast<char>(value);
    }

    ScratchFile& file_;
    std::string& last_;
    std::string buffer_;
};

/// Reads a run from front to back.
class EntryLedger::Cursor {
public:
    Cursor(const ScratchFile& file, Run run, std::size_t bufferBytes)
        : file_(file), run_(run), bufferBytes_(bufferBytes) {}

    bool next() {
        if (used_ == buffer_.size() && run_.begin == run_.end) return false;
        const auto shared = static_cast<std::size_t>(number());
        const auto rest = static_cast<std::size_t>(number());
        mark_ = number();
        fill(1 + rest);
        folder_ = buffer_[used_] != 0;
        key_.replace(shared, std::string::npos, buffer_, used_ + 1, rest);
        used_ += 1 + rest;
        return true;
    }
    [[nodiscard]] Name name() const noexcept { return {key_, folder_, mark_}; }

private:
    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0;; shift += 7) {
            fill(1);
            const auto byte = static_cast<unsigned char>(buffer_[used_++]);
            value |= std::uint64_t{byte & 127U} << shift;
            if (byte < 128) return value;
        }
    }
    /// Makes `bytes` readable at used_.
    void fill(std::size_t bytes) {
        if (buffer_.size() - used_ >= bytes) return;
        buffer_.erase(0, used_);
        used_ = 0;
        const std::size_t kept = buffer_.size();
        const auto more = static_cast<std::size_t>(
            std::min<std::uint64_t>(run_.end - run_.begin, std::max(bufferBytes_, bytes) - kept));
        buffer_.resize(kept + more);
        file_.read(run_.begin, std::span(buffer_).subspan(kept));
        run_.begin += more;
    }

    const ScratchFile& file_;
    Run run_;
    std::size_t bufferBytes_;
    std::string buffer_;
    std::size_t used_ = 0;
    std::string key_;
    bool folder_ = false;
    std::uint64_t mark_ = 0;
};

/// Sees the names in order, and what is wrong with one beside the one before it.
class EntryLedger::Neighbours {
public:
    /// False once a conflict was found.
    bool see(const Name& name) {
        const bool below = name.key.size() > last_.size() && name.key[last_.size()] == '\0';
        const bool same = name.key.size() == last_.size();
        if (any_ && (same || (below && !lastFolder_)) && name.key.starts_with(last_)) {
            const auto kind = !same                        ? NameConflict::Kind::belowFile
                              : name.folder == lastFolder_ ? NameConflict::Kind::twice
                                                           : NameConflict::Kind::fileAndFolder;
            found_ = {kind, plain(name.key), plain(last_), std::min(lastMark_, name.mark),
                      std::max(lastMark_, name.mark)};
            return false;
        }
        any_ = true;
        last_.assign(name.key);
        lastFolder_ = name.folder;
        lastMark_ = name.mark;
        return true;
    }
    [[nodiscard]] std::optional<NameConflict> found() && { return std::move(found_); }

private:
    static std::string plain(std::string_view key) {
        std::string name(key);
        std::ranges::replace(name, '\0', '/');
        return name;
    }

    bool any_ = false;
    std::string last_;
    bool lastFolder_ = false;
    std::uint64_t lastMark_ = 0;
    std::optional<NameConflict> found_;
};

auto EntryLedger::at(std::size_t offset) const noexcept -> Name {
    const char* const record = records_.data() + offset;
    std::uint64_t length = 0;
    Name name;
    std::memcpy(&length, record, sizeof length);
    std::memcpy(&name.mark, record + sizeof length, sizeof name.mark);
    name.folder = record[headSize - 1] != 0;
    name.key = {record + headSize, static_cast<std::size_t>(length)};
    return name;
}

bool EntryLedger::before(const Name& a, const Name& b) noexcept {
    const int order = a.key.compare(b.key);
    return order != 0 ? order < 0 : a.mark < b.mark;
}

void EntryLedger::add(std::string_view name, bool folder, std::uint64_t mark) {
    const std::size_t offset = records_.size();
    const std::uint64_t length = name.size();
    records_.append(reinterpret_cast<const char*>(&length), sizeof length);
    records_.append(reinterpret_cast<const char*>(&mark), sizeof mark);
    records_ += static_cast<char>(folder);
    records_ += name;
    std::replace(records_.begin() + static_cast<std::ptrdiff_t>(offset + headSize), records_.end(), '/',
                 '\0');
    if (ordered_ && !offsets_.empty()) ordered_ = before(at(offsets_.back()), at(offset));
    offsets_.push_back(offset);
    if (records_.size() + offsets_.size() * sizeof offsets_[0] >= memory_) spill();
}

void EntryLedger::sort() {
    if (!ordered_)
        std::ranges::sort(offsets_, [this](std::size_t a, std::size_t b) { return before(at(a), at(b)); });
}

/// Names that come in order make one run, however many they are.
void EntryLedger::spill() {
    sort();
    const bool goesOn = !runs_.empty() && lastSpilled_ < at(offsets_.front()).key;
    if (!goesOn) {
        lastSpilled_.clear();
        runs_.push_back({scratch_.end(), 0});
    }
    RunWriter writer(scratch_, lastSpilled_);
    for (const std::size_t offset : offsets_) writer.add(at(offset));
    writer.flush();
    runs_.back().end = scratch_.end();
    records_.clear();
    offsets_.clear();
    ordered_ = true;
}

void EntryLedger::merge(Neighbours& neighbours) {
    const std::size_t bufferBytes = std::clamp(readInAll / runs_.size(), smallestRead, largestRead);
    std::vector<std::unique_ptr<Cursor>> cursors;
    const auto later = [](const Cursor* a, const Cursor* b) { return before(b->name(), a->name()); };
    std::priority_queue<Cursor*, std::vector<Cursor*>, decltype(later)> heap(later);
    for (const Run& run : runs_) {
        cursors.push_back(std::make_unique<Cursor>(scratch_, run, bufferBytes));
        if (cursors.back()->next()) heap.push(cursors.back().get());
    }
    while (!heap.empty()) {
        Cursor* const cursor = heap.top();
        heap.pop();
        if (!neighbours.see(cursor->name())) return;
        if (cursor->next()) heap.push(cursor);
    }
}

std::optional<NameConflict> EntryLedger::conflict() {
    Neighbours neighbours;
    if (runs_.empty()) {
        sort();
        for (const std::size_t offset : offsets_)
            if (!neighbours.see(at(offset))) break;
    } else {
        if (!offsets_.empty()) spill();
        merge(neighbours);
    }
    return std::move(neighbours).found();
}

}  // namespace roost
