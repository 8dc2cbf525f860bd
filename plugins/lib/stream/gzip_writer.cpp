#include "lib/stream/gzip_writer.hpp"

#include <isa-l/crc.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "roost/error.hpp"

namespace roost::stream {

namespace {

constexpr unsigned mostThreads = 16;
/// Magic, method deflate, no flags, no time, no extra flags, unknown system (RFC 1952, 2.3).
constexpr std::array<unsigned char, 10> gzipHeader{0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF};

std::size_t storedSize(std::size_t size) noexcept {
    const std::size_t blocks = (size + storedBlockBytes - 1) / storedBlockBytes;
    return size + blocks * sizeof(StoredHeader);
}

std::uint32_t crcOf(std::uint32_t crc, Bytes bytes) noexcept {
    return crc32_gzip_refl(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::uint32_t combine(std::uint32_t first, std::uint32_t second, std::uint64_t secondSize) noexcept {
    return static_cast<std::uint32_t>(crc32_combine(first, second, static_cast<z_off_t>(secondSize)));
}

void appendNumber(std::vector<std::byte>& out, std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8)
        out.push_back(static_cast<std::byte>((value >> shift) & 0xFFU));
}

unsigned threadCount(unsigned wanted) noexcept {
    if (wanted == 0) wanted = std::max(1U, std::thread::hardware_concurrency());
    return std::min(wanted, mostThreads);
}

}  // namespace

struct GzipWriter::Chunk {
    std::vector<std::byte> buffer;  // history, then data
    std::size_t history = 0;
    std::size_t used = 0;  // history included
    Region region = noRegion;
    EncodedChunk encoded;
    bool done = false;
};

struct GzipWriter::RegionState {
    std::size_t size = 0;
    std::size_t filled = 0;
    std::uint32_t crc = 0;
    std::uint64_t offset = 0;      // in the target, known once drained
    std::vector<std::byte> early;  // filled before that
};

GzipWriter::GzipWriter(ByteTarget& target, const GzipOptions& options, std::stop_token stop)
    : target_(target), options_(options), stop_(std::move(stop)) {
    const Bytes header = std::as_bytes(std::span(gzipHeader));
    target_.append({&header, 1});
    const unsigned threads = threadCount(options_.threads);
    // One that is filled, one a worker, and as many that wait for their turn to be written.
    for (unsigned i = 0; i < 2 * threads + 2; ++i) free_.push_back(std::make_unique<Chunk>());
    threads_.reserve(threads);
    for (unsigned i = 0; i < threads; ++i)
        threads_.emplace_back([this](const std::stop_token& token) { work(token); });
}

GzipWriter::~GzipWriter() {
    for (std::jthread& thread : threads_) thread.request_stop();
    workToDo_.notify_all();
}

void GzipWriter::rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
}

std::unique_ptr<GzipWriter::Chunk> GzipWriter::takeFreeChunk() {
    std::unique_lock lock(mutex_);
    progress_.wait(lock, stop_, [this] { return failure_ || !free_.empty(); });
    rethrow();
    if (stop_.stop_requested()) throw Interrupted();
    std::unique_ptr<Chunk> chunk = std::move(free_.back());
    free_.pop_back();
    chunk->region = noRegion;
    chunk->history = 0;
    chunk->used = 0;
    chunk->done = false;
    return chunk;
}

std::span<std::byte> GzipWriter::space() {
    if (open_ && open_->used == open_->history + options_.chunkBytes) submitOpenChunk();
    if (!open_) {
        open_ = takeFreeChunk();
        open_->buffer.resize(windowBytes + options_.chunkBytes);
    }
    return std::span(open_->buffer).subspan(open_->used, open_->history + options_.chunkBytes - open_->used);
}

void GzipWriter::write(Bytes data) {
    dataBytes_ += data.size();
    while (!data.empty()) {
        const std::span<std::byte> room = space();
        const std::size_t size = std::min(room.size(), data.size());
        if (data.data() != room.data()) std::memcpy(room.data(), data.data(), size);
        open_->used += size;
        data = data.subspan(size);
    }
}

void GzipWriter::submitOpenChunk() {
    std::unique_ptr<Chunk> next;
    if (!cutHistory_) {
        // The end of this chunk goes before the next one, where matches may reach it.
        next = takeFreeChunk();
        next->buffer.resize(windowBytes + options_.chunkBytes);
        const std::size_t size = std::min(windowBytes, open_->used);
        std::memcpy(next->buffer.data(), open_->buffer.data() + open_->used - size, size);
        next->history = size;
        next->used = size;
    }
    submit(std::exchange(open_, std::move(next)), false);
}

void GzipWriter::submit(std::unique_ptr<Chunk> chunk, bool done) {
    const std::lock_guard lock(mutex_);
    rethrow();
    chunk->done = done;
    if (!done) toEncode_.push_back(chunk.get());
    inOrder_.push_back(std::move(chunk));
    workToDo_.notify_one();
}

GzipWriter::Region GzipWriter::reserve(std::size_t size) {
    cutHistory_ = true;
    if (open_ && open_->used > open_->history) submitOpenChunk();
    cutHistory_ = false;
    std::unique_ptr<Chunk> chunk = open_ ? std::exchange(open_, nullptr) : takeFreeChunk();
    Region region = 0;
    {
        const std::lock_guard lock(mutex_);
        region = regions_.size();
        regions_.emplace_back().size = size;
    }
    chunk->region = region;
    dataBytes_ += size;
    submit(std::move(chunk), true);
    return region;
}

bool GzipWriter::headIsReady() const noexcept {
    return !writing_ && !inOrder_.empty() && inOrder_.front()->done;
}

void GzipWriter::work(const std::stop_token& stop) {
    try {
        ChunkEncoder encoder(options_.level);
        std::unique_lock lock(mutex_);
        while (workToDo_.wait(lock, stop, [this] { return headIsReady() || !toEncode_.empty(); })) {
            if (stop.stop_requested() || failure_) return;
            if (headIsReady()) {
                writeReady(lock);
                continue;
            }
            Chunk* const chunk = toEncode_.front();
            toEncode_.pop_front();
            lock.unlock();
            encoder.encode(Bytes(chunk->buffer).first(chunk->used), chunk->history, chunk->encoded);
            lock.lock();
            chunk->done = true;
        }
    } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
        progress_.notify_all();
    }
}

/// The worker that finds the next chunk ready writes it and those behind it; the others go on compressing.
void GzipWriter::writeReady(std::unique_lock<std::mutex>& lock) {
    writing_ = true;
    while (!inOrder_.empty() && inOrder_.front()->done) {
        std::unique_ptr<Chunk> chunk = std::move(inOrder_.front());
        inOrder_.pop_front();
        note(*chunk);
        const std::size_t placeholder = chunk->region == noRegion ? 0 : regions_[chunk->region].size;
        lock.unlock();
        if (chunk->region == noRegion)
            target_.append(chunk->encoded.pieces);
        else
            writePlaceholder(placeholder);
        lock.lock();
        free_.push_back(std::move(chunk));
        progress_.notify_all();
    }
    writing_ = false;
    progress_.notify_all();
    if (!toEncode_.empty()) workToDo_.notify_one();
}

void GzipWriter::note(const Chunk& chunk) {
    if (chunk.region != noRegion) {
        regions_[chunk.region].offset = target_.size();
        segments_.push_back({0, 0, chunk.region});
        segments_.emplace_back();
        return;
    }
    if (segments_.empty()) segments_.emplace_back();
    Segment& segment = segments_.back();
    const std::uint64_t size = chunk.used - chunk.history;
    segment.crc = combine(segment.crc, chunk.encoded.crc, size);
    segment.size += size;
}

void GzipWriter::writePlaceholder(std::size_t size) {
    const std::vector<std::byte> zeros(std::min(size, storedBlockBytes));
    while (size != 0) {
        const std::size_t length = std::min(size, storedBlockBytes);
        const StoredHeader header = storedHeader(length, false);
        const std::array<Bytes, 2> pieces{Bytes(header), Bytes(zeros).first(length)};
        target_.append(pieces);
        size -= length;
    }
}

void GzipWriter::drain() {
    if (open_) {
        cutHistory_ = true;
        if (open_->used > open_->history) submitOpenChunk();
        open_.reset();
    }
    {
        std::unique_lock lock(mutex_);
        progress_.wait(lock, stop_, [this] { return failure_ || (inOrder_.empty() && !writing_); });
        rethrow();
        if (stop_.stop_requested()) throw Interrupted();
    }
    drained_ = true;
    for (RegionState& region : regions_) {
        const std::vector<std::byte> early = std::exchange(region.early, {});
        rewriteStored(region, early);
    }
}

void GzipWriter::fill(Region index, Bytes bytes) {
    const std::unique_lock lock(mutex_);
    RegionState& region = regions_.at(index);
    if (drained_)
        rewriteStored(region, bytes);
    else
        region.early.insert(region.early.end(), bytes.begin(), bytes.end());
}

void GzipWriter::rewriteStored(RegionState& region, Bytes bytes) {
    if (bytes.size() > region.size - region.filled)
        throw Error("the archive's writer was given more bytes for a part than it had reserved");
    region.crc = crcOf(region.crc, bytes);
    while (!bytes.empty()) {
        const std::size_t inBlock = region.filled % storedBlockBytes;
        const std::size_t length = std::min(storedBlockBytes - inBlock, bytes.size());
        const std::uint64_t headers = (region.filled / storedBlockBytes + 1) * sizeof(StoredHeader);
        target_.rewrite(region.offset + headers + region.filled, bytes.first(length));
        region.filled += length;
        bytes = bytes.subspan(length);
    }
}

void GzipWriter::resize(Region index, std::size_t size) {
    RegionState& region = regions_.at(index);
    const std::uint64_t behind = region.offset + storedSize(region.size);
    const std::int64_t distance =
        static_cast<std::int64_t>(storedSize(size)) - static_cast<std::int64_t>(storedSize(region.size));
    target_.shift(behind, distance);
    for (RegionState& other : regions_)
        if (other.offset >= behind) other.offset += static_cast<std::uint64_t>(distance);
    dataBytes_ = dataBytes_ - region.size + size;
    region.size = size;
    std::uint64_t at = region.offset;
    while (size != 0) {
        const std::size_t length = std::min(size, storedBlockBytes);
        target_.rewrite(at, storedHeader(length, false));
        at += sizeof(StoredHeader) + length;
        size -= length;
    }
}

void GzipWriter::finish() {
    if (!drained_) drain();
    std::uint32_t crc = 0;
    for (const Segment& segment : segments_) {
        if (segment.region == noRegion) {
            crc = combine(crc, segment.crc, segment.size);
            continue;
        }
        const RegionState& region = regions_[segment.region];
        if (region.filled != region.size)
            throw Error("the archive's writer was given fewer bytes for a part than it had reserved");
        crc = combine(crc, region.crc, region.size);
    }
    const StoredHeader last = storedHeader(0, true);
    std::vector<std::byte> end(last.begin(), last.end());
    appendNumber(end, crc);
    appendNumber(end, static_cast<std::uint32_t>(dataBytes_));
    const Bytes piece = end;
    target_.append({&piece, 1});
}

}  // namespace roost::stream
