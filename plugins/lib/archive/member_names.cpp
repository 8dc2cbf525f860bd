#include "lib/archive/member_names.hpp"

#include <Poco/UTF8String.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "lib/archive/json_text.hpp"
#include "lib/storage/shown_name.hpp"
#include "lib/stream/sha256.hpp"
#include "roost/error.hpp"

namespace roost::archive {

namespace {

/// Short enough that a schema, a table, a number and ".json" make a file name of at most 255 bytes.
constexpr std::size_t longestFileName = 110;
constexpr std::size_t keptBytes = 80;
constexpr std::size_t hashDigits = 16;

bool isSafe(unsigned char c) noexcept {
    constexpr std::string_view unsafe = "/\\%:*?\"<>|";
    return c > 0x1F && c != 0x7F && unsafe.find(static_cast<char>(c)) == std::string_view::npos;
}

void appendEscape(std::string& out, unsigned char c) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    out += {'%', digits[c >> 4U], digits[c & 15U]};
}

/// What two names must differ in to be two files also where case does not count.
std::string folded(const std::string& name) { return Poco::UTF8::toLower(name); }

std::string firstChoice(const Table& table) {
    const std::string name = fileName(table.name);
    return table.schema.empty() ? name : fileName(table.schema) + "." + name;
}

bool isPart(std::string_view part) noexcept {
    return !part.empty() && part != "." && part != ".." && part.find('\0') == std::string_view::npos;
}

bool isSafePath(std::string_view path) noexcept {
    for (;;) {
        const std::size_t slash = path.find('/');
        if (!isPart(path.substr(0, slash))) return false;
        if (slash == std::string_view::npos) return true;
        path.remove_prefix(slash + 1);
    }
}

}  // namespace

std::string fileName(std::string_view name) {
    std::string result;
    const bool utf8 = isUtf8(name);
    for (const char character : name) {
        const auto c = static_cast<unsigned char>(character);
        const bool badStart = result.empty() && (c == '.' || c == '-' || c == ' ' || c == '~');
        if (!isSafe(c) || badStart || (c >= 0x80 && !utf8))
            appendEscape(result, c);
        else
            result.push_back(character);
    }
    if (result.empty()) return "%";  // no other name gives a '%' without digits
    if (result.size() <= longestFileName) return result;
    // Cut neither within an escape nor within a character.
    std::size_t cut = keptBytes;
    if (const std::size_t escape = result.find('%', cut - 2); escape < cut) cut = escape;
    while ((static_cast<unsigned char>(result[cut]) & 0xC0U) == 0x80U) --cut;
    stream::Sha256 hash;
    hash.update(std::as_bytes(std::span(name)));
    return result.substr(0, cut) + "%~" + hash.finish().substr(0, hashDigits);
}

std::vector<std::string> tableMembers(const std::vector<Table>& tables) {
    std::vector<std::size_t> order(tables.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&tables](std::size_t a, std::size_t b) {
        return std::tie(tables[a].schema, tables[a].name) < std::tie(tables[b].schema, tables[b].name);
    });
    std::vector<std::string> members(tables.size());
    std::set<std::string> taken;
    for (const std::size_t index : order) {
        const std::string wanted = firstChoice(tables[index]);
        std::string name = wanted;
        for (unsigned number = 2; !taken.insert(folded(name)).second; ++number)
            name = wanted + "%~" + std::to_string(number);
        members[index] = std::string(tablesFolder) + name + ".json";
    }
    return members;
}

std::string entryMember(const Entry& entry) {
    const bool plain = isPart(entry.kind) && isPart(entry.owner) &&
                       entry.kind.find('/') == std::string::npos &&
                       entry.owner.find('/') == std::string::npos;
    if (!plain || !(entry.path.empty() ? entry.type == EntryType::folder : isSafePath(entry.path)))
        throw Error("the file '" + storage::shownName(entry.displayName()) +
                    "' cannot be archived: its path has a part that is empty, '.' or '..'");
    std::string name = std::string(entriesFolder) + entry.kind + "/" + entry.owner;
    if (!entry.path.empty()) name += "/" + entry.path;
    return name;
}

}  // namespace roost::archive
