// What a run has to tell beside its result: what transforms do, warnings, and values or files that were set
// aside.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace roost {

struct Notice {
    std::string stage;
    std::string subject;  ///< empty for a note and a warning
    std::string message;
    friend bool operator==(const Notice&, const Notice&) = default;
};

/// A list that keeps its first entries and counts the rest, so that a run's memory does not grow with its
/// troubles.
class NoticeList {
public:
    static constexpr std::size_t kept = 10'000;

    void add(Notice notice) {
        const std::scoped_lock lock(mutex_);
        ++count_;
        if (list_.size() < kept) list_.push_back(std::move(notice));
    }
    [[nodiscard]] std::uint64_t count() const {
        const std::scoped_lock lock(mutex_);
        return count_;
    }
    [[nodiscard]] std::vector<Notice> list() const {
        const std::scoped_lock lock(mutex_);
        return list_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<Notice> list_;
    std::uint64_t count_ = 0;
};

struct Notices {
    NoticeList notes;
    NoticeList warnings;
    NoticeList setAside;
};

}  // namespace roost
