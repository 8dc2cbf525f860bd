#include "lib/archive/field_scan.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "lib/archive/json_stream.hpp"
#include "lib/archive/tagged_value.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::archive {

namespace {

bool isInteger(std::string_view number) noexcept {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    return error == std::errc() && end == number.data() + number.size();
}

}  // namespace

const FieldSeen* FieldsSeen::find(std::string_view key) const noexcept {
    const auto found = std::ranges::find(fields, key, &FieldSeen::key);
    return found == fields.end() ? nullptr : &*found;
}

class FieldScan::Impl {
public:
    Impl(std::string member, std::size_t mostFields)
        : member_(std::move(member)), mostFields_(mostFields), stream_(*this, {}) {}

    void feed(std::span<const char> piece) {
        guarded([this, piece] { stream_.feed(piece); });
    }
    FieldsSeen finish() {
        guarded([this] { stream_.finish(); });
        for (std::size_t i = 0; i < times_.size(); ++i)
            if (times_[i] != seen_.rows) seen_.fields[i].null = true;
        return std::move(seen_);
    }

    // What JsonStream calls. Depth 1 is in the list, 2 in a record.
    [[nodiscard]] std::string place() const {
        std::string place = "'" + storage::shownName(member_) + "'";
        if (seen_.rows != 0) place += ", record " + std::to_string(seen_.rows);
        return place;
    }
    void key(std::string_view text) {
        if (depth_ == 2) field_ = find(text);
    }
    void beginArray() {
        if (depth_ == 1) refuse("a list");
        if (depth_ == 2) seen_.fields[field_].nested = true;
        ++depth_;
    }
    void beginObject() {
        if (depth_ == 0) refuse("an object");
        if (depth_ == 1) ++seen_.rows;
        if (depth_ == 2) seen_.fields[field_].nested = true;
        ++depth_;
    }
    void endArray() noexcept { --depth_; }
    void endObject() noexcept { --depth_; }
    void string(std::string_view) { see(&FieldSeen::string, "text"); }
    void number(std::string_view text) {
        see(isInteger(text) ? &FieldSeen::integer : &FieldSeen::real, "a number");
    }
    void boolean(bool) { see(&FieldSeen::boolean, "true or false"); }
    void null() {
        if (depth_ != 0) see(&FieldSeen::null, "null");
    }

private:
    template <class Call>
    void guarded(Call call) {
        try {
            call();
        } catch (const Mismatch& mismatch) {
            throw Error(place() + ": " + mismatch.what);
        }
    }
    [[noreturn]] void refuse(const std::string& found) const {
        throw Mismatch{std::string("expected ") + (depth_ == 0 ? "a list of records" : "a record") +
                       ", found " + found};
    }
    void see(bool FieldSeen::*kind, const char* name) {
        if (depth_ < 2) refuse(name);
        if (depth_ == 2) seen_.fields[field_].*kind = true;
    }
    std::size_t find(std::string_view key) {
        // Most records have the keys of the one before, in the same order.
        std::size_t index = field_ + 1;
        if (index >= seen_.fields.size() || seen_.fields[index].key != key) {
            const auto found = byKey_.find(std::string(key));
            index = found != byKey_.end() ? found->second : add(key);
        }
        ++times_[index];
        return index;
    }
    std::size_t add(std::string_view key) {
        if (seen_.fields.size() == mostFields_)
            throw Mismatch{"the records have more than " + std::to_string(mostFields_) + " different fields"};
        const std::size_t index = seen_.fields.size();
        seen_.fields.emplace_back().key = key;
        byKey_.emplace(key, index);
        times_.push_back(0);
        return index;
    }

    std::string member_;
    std::size_t mostFields_;
    FieldsSeen seen_;
    std::vector<std::uint64_t> times_;  ///< how many records have the field
    std::unordered_map<std::string, std::size_t> byKey_;
    std::size_t field_ = 0;
    std::size_t depth_ = 0;
    JsonStream<Impl> stream_;
};

FieldScan::FieldScan(std::string member, std::size_t mostFields)
    : impl_(std::make_unique<Impl>(std::move(member), mostFields)) {}
FieldScan::~FieldScan() = default;
void FieldScan::feed(std::span<const char> piece) { impl_->feed(piece); }
FieldsSeen FieldScan::finish() { return impl_->finish(); }

}  // namespace roost::archive
