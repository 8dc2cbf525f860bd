#include "transforms/select/file_choice.hpp"

#include <algorithm>
#include <charconv>

#include "lib/sql/value_parse.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/diagnostic.hpp"
#include "roost/error.hpp"

namespace roost::select {

namespace {

constexpr std::int64_t nanosecondsOfSecond = 1'000'000'000;
/// Seconds from 1970-01-01 to 2000-01-01.
constexpr std::int64_t secondsTo2000 = 946'684'800;

std::optional<std::int64_t> secondsOf(char unit) {
    switch (unit) {
        case 's':
            return 1;
        case 'm':
            return 60;
        case 'h':
            return 3600;
        case 'd':
            return 86'400;
        case 'w':
            return 7 * 86'400;
        default:
            return std::nullopt;
    }
}

std::optional<std::int64_t> ageOf(const std::string& text) {
    std::int64_t number = 0;
    const char* const last = text.data() + text.size();
    const auto [end, problem] = std::from_chars(text.data(), last, number);
    if (problem != std::errc{} || number < 0 || end + 1 != last) return std::nullopt;
    const auto unit = secondsOf(*end);
    std::int64_t age = 0;
    if (!unit || __builtin_mul_overflow(number, *unit, &age) ||
        __builtin_mul_overflow(age, nanosecondsOfSecond, &age))
        return std::nullopt;
    return age;
}

std::vector<PathPattern> patterns(const std::vector<std::string>& texts) {
    return {texts.begin(), texts.end()};
}

std::optional<std::uint64_t> limit(const std::optional<std::int64_t>& bytes) {
    return bytes ? std::optional(static_cast<std::uint64_t>(*bytes)) : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> momentOf(const std::string& text, std::chrono::system_clock::time_point now) {
    using namespace std::chrono;
    if (const auto age = ageOf(text)) return floor<nanoseconds>(now.time_since_epoch()).count() - *age;
    const auto time = sql::parseTimestamp(text, true);
    std::int64_t moment = 0;
    if (!time || time->value == positiveInfinity || time->value == negativeInfinity ||
        __builtin_mul_overflow(time->value, 1000, &moment) ||
        __builtin_add_overflow(moment, secondsTo2000 * nanosecondsOfSecond, &moment))
        return std::nullopt;
    return moment;
}

FileChoice::FileChoice(const FileOptions& options, std::chrono::system_clock::time_point now)
    : files_(patterns(options.files)),
      excluded_(patterns(options.excludeFiles)),
      largerThan_(limit(options.largerThan)),
      smallerThan_(limit(options.smallerThan)) {
    for (const std::string& kind : options.kinds) kinds_.emplace_back(kind, sql::NameCase::exact);
    if (!options.newerThan.empty()) newerThan_ = momentOf(options.newerThan, now);
    if (!options.olderThan.empty()) olderThan_ = momentOf(options.olderThan, now);
}

bool FileChoice::takesKind(const std::string& kind) const {
    return kinds_.empty() ||
           std::ranges::any_of(kinds_, [&](const auto& pattern) { return pattern.matches(kind); });
}

void FileChoice::rewrite(Catalog& catalog, Context& context) const {
    std::vector<std::string> names;
    for (const EntryKindTotals& kind : catalog.entryKinds) names.push_back(kind.kind);
    for (const sql::NamePattern& pattern : kinds_) {
        if (std::ranges::any_of(names, [&](const auto& name) { return pattern.matches(name); })) continue;
        const std::string shown = "'" + storage::shownName(pattern.text()) + "'";
        if (!pattern.isPlain()) {
            context.warn("no kind of files matches " + shown + " in 'kinds'");
            continue;
        }
        const std::string near = nearest(pattern.text(), names);
        throw Error("'kinds': no files of the kind " + shown + " come",
                    near.empty() ? "" : "did you mean '" + storage::shownName(near) + "'?");
    }
    std::erase_if(catalog.entryKinds, [&](const auto& kind) { return !takesKind(kind.kind); });
    const bool chooses =
        !files_.empty() || !excluded_.empty() || largerThan_ || smallerThan_ || newerThan_ || olderThan_;
    if (!chooses) return;
    for (EntryKindTotals& kind : catalog.entryKinds) {
        context.warn("only some files of the kind '" + storage::shownName(kind.kind) + "' go along");
        kind = {kind.kind, 0, 0, 0, 0, Coverage::files};  // how many, nobody knows before they come
    }
}

bool FileChoice::takes(const Entry& entry) const {
    if (!takesKind(entry.kind)) return false;
    const auto taking = [&](const PathPattern& pattern) { return pattern.takes(entry.path); };
    if (std::ranges::any_of(excluded_, taking)) return false;
    if (entry.type == EntryType::folder) return takesFolder(entry);
    return (files_.empty() || std::ranges::any_of(files_, taking)) &&
           (!largerThan_ || entry.size > *largerThan_) && (!smallerThan_ || entry.size < *smallerThan_) &&
           (!newerThan_ || entry.modifiedNanoseconds >= *newerThan_) &&
           (!olderThan_ || entry.modifiedNanoseconds < *olderThan_);
}

/// A folder comes before its files: it stays where they may, so that its mode does.
bool FileChoice::takesFolder(const Entry& entry) const {
    return files_.empty() || std::ranges::any_of(files_, [&](const PathPattern& pattern) {
               return pattern.mayHold(entry.path);
           });
}

}  // namespace roost::select
