#include "pipeline/source_text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include "pipeline/secret_words.hpp"
#include "pipeline/utf8.hpp"
#include "roost/error.hpp"
#include "roost/location.hpp"

namespace roost {

namespace {

constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view secret = "***";
constexpr std::size_t widestLine = 110;
/// Stands for the place of the mark while a line is redacted; shown text holds no control character.
constexpr char mark = '\x01';

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const noexcept { return number_; }

private:
    int number_;
};

std::string reason(int errorNumber) { return std::generic_category().message(errorNumber); }

std::string readAll(int descriptor, std::size_t largest) {
    std::string text;
    std::string buffer(std::size_t{64} * 1024, '\0');
    while (text.size() <= largest) {
        const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
        if (got == 0) return text;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw Error("it cannot be read: " + reason(errno));
        text.append(buffer, 0, static_cast<std::size_t>(got));
    }
    return text;
}

bool isSpace(char c) noexcept { return c == ' ' || c == '\t'; }

/// Without the blanks and the comma or bracket that separate a value from what follows it.
std::pair<std::size_t, std::size_t> trimValue(std::string_view text, std::size_t begin, std::size_t end) {
    while (begin < end && isSpace(text[begin])) ++begin;
    while (end > begin && (isSpace(text[end - 1]) || text[end - 1] == ',')) --end;
    return {begin, end};
}

}  // namespace

SourceText::SourceText(std::filesystem::path file, std::string text)
    : file_(std::move(file)), text_(std::move(text)) {
    if (text_.starts_with(byteOrderMark)) text_.erase(0, byteOrderMark.size());
    starts_.push_back(0);
    for (std::size_t at = text_.find('\n'); at != std::string::npos; at = text_.find('\n', at + 1))
        starts_.push_back(at + 1);
}

SourceText SourceText::read(const std::filesystem::path& file) {
    const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (descriptor.number() < 0)
        throw Error(errno == ENOENT ? std::string("there is no such file")
                                    : "it cannot be read: " + reason(errno));
    struct stat status {};
    if (::fstat(descriptor.number(), &status) != 0) throw Error("it cannot be read: " + reason(errno));
    if (S_ISDIR(status.st_mode)) throw Error("it is a folder, not a definition");
    std::string text = readAll(descriptor.number(), largestBytes);
    if (text.size() > largestBytes) throw Error("it is larger than 1 MiB, which no definition is");
    if (text.empty())
        throw Error("it is empty; a definition begins with 'roost: 1' (see roost new pipeline)");
    return {file, std::move(text)};
}

std::string_view SourceText::line(std::uint32_t number) const noexcept {
    if (number == 0 || number > starts_.size()) return {};
    const std::size_t begin = starts_[number - 1];
    const std::size_t end = number < starts_.size() ? starts_[number] - 1 : text_.size();
    std::string_view found = std::string_view(text_).substr(begin, end - begin);
    if (found.ends_with('\r')) found.remove_suffix(1);
    return found;
}

std::size_t SourceText::offsetOf(Position position) const noexcept {
    if (position.line == 0 || starts_.empty()) return 0;
    if (position.line > starts_.size()) return text_.size();
    const std::size_t column = std::max<std::uint32_t>(position.column, 1) - 1;
    return starts_[position.line - 1] + byteOfCharacter(line(position.line), column);
}

Position SourceText::positionAt(std::size_t offset) const noexcept {
    if (starts_.empty()) return {1, 1};
    offset = std::min(offset, text_.size());
    const auto after = std::ranges::upper_bound(starts_, offset);
    const auto number = static_cast<std::uint32_t>(after - starts_.begin());
    const std::size_t begin = starts_[number - 1];
    const std::size_t column = countCharacters(std::string_view(text_).substr(begin, offset - begin));
    return {number, static_cast<std::uint32_t>(column + 1)};
}

std::size_t SourceText::offsetAtByte(int lineIndex, int column) const noexcept {
    const auto index = static_cast<std::size_t>(std::max(lineIndex, 0));
    if (index >= starts_.size()) return text_.size();
    return std::min(starts_[index] + static_cast<std::size_t>(std::max(column, 0)), text_.size());
}

std::string SourceText::hideSecrets(std::uint32_t number, std::size_t markByte) const {
    std::string text(line(number));
    for (char& c : text)
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F) c = '?';
    const std::size_t start = starts_[number - 1];
    std::vector<bool> isHidden(text.size(), false);
    const auto cover = [&](std::size_t from, std::size_t to) {
        const auto [begin, end] = trimValue(text, std::min(from, text.size()), std::min(to, text.size()));
        std::fill(isHidden.begin() + static_cast<std::ptrdiff_t>(begin),
                  isHidden.begin() + static_cast<std::ptrdiff_t>(end), true);
    };
    for (const TextRange& range : hidden_)
        if (range.end > start && range.begin < start + text.size())
            cover(range.begin > start ? range.begin - start : 0, range.end - start);
    if (!trustsRanges_)
        for (const std::size_t value : secretValuesIn(text))
            if (!isHidden[value]) cover(value, text.size());

    // A mark within a secret is one before it: it must not tell how long the secret is.
    while (markByte > 0 && markByte < text.size() && isHidden[markByte] && isHidden[markByte - 1]) --markByte;
    std::string shown;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == markByte) shown += mark;
        if (!isHidden[i])
            shown += text[i];
        else if (i == 0 || !isHidden[i - 1])
            shown += secret;
    }
    if (markByte == text.size()) shown += mark;
    return redact(shown);
}

ShownLine SourceText::show(Position position, std::size_t width) const {
    if (position.line == 0 || position.line > starts_.size()) return {};
    const std::string_view whole = line(position.line);
    const std::size_t begin = byteOfCharacter(whole, std::max<std::uint32_t>(position.column, 1) - 1);
    const std::size_t end = begin + byteOfCharacter(whole.substr(begin), std::max<std::size_t>(width, 1));

    const std::string text = hideSecrets(position.line, std::string::npos);
    // Where the mark lies within a password it is gone; what stands before the password is as it was.
    const auto columnOf = [&](std::size_t byte) {
        const std::string marked = hideSecrets(position.line, byte);
        std::size_t at = marked.find(mark);
        if (at == std::string::npos) at = std::min(marked.find(secret), text.size());
        return countCharacters(std::string_view(marked).substr(0, at));
    };
    const std::size_t first = columnOf(begin);
    const std::size_t last = std::max(columnOf(end), first + 1);

    // A long line is cut around the mark.
    const std::size_t length = countCharacters(text);
    if (length <= widestLine) return {text, first, last - first};
    const std::size_t from = first > widestLine / 2 ? first - widestLine / 3 : 0;
    const std::size_t to = std::min(length, from + widestLine);
    const std::size_t fromByte = byteOfCharacter(text, from);
    std::string cut = text.substr(fromByte, byteOfCharacter(text, to) - fromByte);
    if (from > 0) cut.insert(0, "...");
    if (to < length) cut += "...";
    const std::size_t shift = from > 0 ? 3 : 0;
    return {std::move(cut), first - from + shift, std::max<std::size_t>(std::min(last, to) - first, 1)};
}

}  // namespace roost
