#include "lib/storage/sorted_names.hpp"

#include <algorithm>
#include <cstring>

namespace roost::storage {

namespace {

// A record is the name's length in two bytes, its type, and the name.
constexpr std::size_t headSize = 3;
constexpr std::size_t runBuffer = 8192;

std::size_t lengthAt(const char* record) noexcept {
    std::uint16_t length = 0;
    std::memcpy(&length, record, sizeof length);
    return length;
}

NamedNode nodeAt(const char* record) noexcept {
    return {{record + headSize, lengthAt(record)}, static_cast<NodeType>(record[2])};
}

}  // namespace

bool pathOrder(const NamedNode& a, const NamedNode& b) noexcept {
    const std::size_t shared = std::min(a.name.size(), b.name.size());
    if (const int order = std::memcmp(a.name.data(), b.name.data(), shared); order != 0) return order < 0;
    // One is the other's beginning; a folder goes on with '/', a file ends.
    const auto following = [&](const NamedNode& node) {
        if (node.name.size() > shared) return static_cast<int>(static_cast<unsigned char>(node.name[shared]));
        return node.type == NodeType::folder ? static_cast<int>('/') : -1;
    };
    return following(a) < following(b);
}

SortedNames::SortedNames(NameStore& store) : store_(store), scratchStart_(store.scratch_.end()) {}

SortedNames::~SortedNames() {
    store_.resident_ -= held_;
    if (!runs_.empty()) store_.scratch_.cut(scratchStart_);
}

NamedNode SortedNames::node(std::size_t offset) const noexcept { return nodeAt(records_.data() + offset); }

void SortedNames::add(std::string_view name, NodeType type) {
    offsets_.push_back(static_cast<std::uint32_t>(records_.size()));
    const auto length = static_cast<std::uint16_t>(name.size());
    records_.append(reinterpret_cast<const char*>(&length), sizeof length);
    records_ += static_cast<char>(type);
    records_ += name;
    if (records_.size() + offsets_.size() * sizeof offsets_[0] >= store_.limits_.sorting) spill();
}

auto SortedNames::laterRun() const {
    return [this](std::size_t a, std::size_t b) { return pathOrder(runs_[b].current, runs_[a].current); };
}

void SortedNames::sort() {
    std::sort(offsets_.begin(), offsets_.end(),
              [this](std::uint32_t a, std::uint32_t b) { return pathOrder(node(a), node(b)); });
}

void SortedNames::spill() {
    sort();
    Run run;
    run.at = store_.scratch_.end();
    std::string block;
    for (const std::uint32_t offset : offsets_) {
        block.append(records_, offset, headSize + lengthAt(records_.data() + offset));
        if (block.size() >= 16 * runBuffer) {
            store_.scratch_.append(block);
            block.clear();
        }
    }
    store_.scratch_.append(block);
    run.end = store_.scratch_.end();
    runs_.push_back(std::move(run));
    records_.clear();
    offsets_.clear();
}

void SortedNames::finish() {
    const std::size_t bytes = records_.size() + offsets_.size() * sizeof offsets_[0];
    // A handful of names is not worth a trip to the disk, however deep the walk is.
    const bool small = bytes <= runBuffer / 2;
    if (runs_.empty() && (small || store_.resident_ + bytes <= store_.limits_.resident)) {
        sort();
        records_.shrink_to_fit();
        offsets_.shrink_to_fit();
        held_ = bytes;
        store_.resident_ += held_;
        return;
    }
    if (!offsets_.empty()) spill();
    records_ = {};
    offsets_ = {};
    for (std::size_t i = 0; i < runs_.size(); ++i)
        if (advance(runs_[i])) heap_.push_back(i);
    std::make_heap(heap_.begin(), heap_.end(), laterRun());
}

void SortedNames::fill(Run& run, std::size_t bytes) {
    if (run.buffer.size() - run.used >= bytes) return;
    run.buffer.erase(0, run.used);
    run.used = 0;
    const std::size_t kept = run.buffer.size();
    const auto more = static_cast<std::size_t>(
        std::min<std::uint64_t>(run.end - run.at, std::max(runBuffer, bytes) - kept));
    run.buffer.resize(kept + more);
    store_.scratch_.read(run.at, std::span(run.buffer).subspan(kept));
    run.at += more;
}

bool SortedNames::advance(Run& run) {
    if (run.used == run.buffer.size() && run.at == run.end) return false;
    fill(run, headSize);
    fill(run, headSize + lengthAt(run.buffer.data() + run.used));
    run.current = nodeAt(run.buffer.data() + run.used);
    run.used += headSize + run.current.name.size();
    return true;
}

std::optional<NamedNode> SortedNames::next() {
    if (runs_.empty()) {
        if (position_ == offsets_.size()) return std::nullopt;
        return node(offsets_[position_++]);
    }
    if (given_ && advance(runs_[*given_])) {
        heap_.push_back(*given_);
        std::push_heap(heap_.begin(), heap_.end(), laterRun());
    }
    given_.reset();
    if (heap_.empty()) return std::nullopt;
    std::pop_heap(heap_.begin(), heap_.end(), laterRun());
    given_ = heap_.back();
    heap_.pop_back();
    return runs_[*given_].current;
}

}  // namespace roost::storage
