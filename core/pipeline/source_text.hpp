// The text of a definition file, kept so that messages can show its lines.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "roost/node.hpp"

namespace roost {

/// A part of a definition's text, as byte offsets: from `begin` up to, not including, `end`.
struct TextRange {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// One line as it may be shown: without secrets, cut to a width, and where the marked part landed in it.
struct ShownLine {
    std::string text;
    std::size_t column = 0;  ///< characters before the marked part
    std::size_t width = 1;   ///< characters of the marked part that are shown, at least 1
};

/// A definition file's text, UTF-8 and without a byte order mark. Columns count characters (code points).
class SourceText {
public:
    static constexpr std::size_t largestBytes = std::size_t{1} << 20U;

    SourceText() = default;
    SourceText(std::filesystem::path file, std::string text);
    /// Reads the file whole. Throws roost::Error that says why it is no text to read (the file is not named
    /// in it): missing, a folder, unreadable, empty, over largestBytes.
    [[nodiscard]] static SourceText read(const std::filesystem::path& file);

    [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    [[nodiscard]] std::string_view text(TextRange range) const noexcept {
        return text().substr(range.begin, range.end - range.begin);
    }
    [[nodiscard]] std::uint32_t lineCount() const noexcept {
        return static_cast<std::uint32_t>(starts_.size());
    }
    /// A line by its number from 1, without its end; empty where there is none.
    [[nodiscard]] std::string_view line(std::uint32_t number) const noexcept;

    /// The byte offset of a position, at most the text's size.
    [[nodiscard]] std::size_t offsetOf(Position position) const noexcept;
    [[nodiscard]] Position positionAt(std::size_t offset) const noexcept;
    /// The byte offset of a line counted from 0 and a column counted in bytes from 0, as yaml-cpp has them.
    [[nodiscard]] std::size_t offsetAtByte(int line, int column) const noexcept;

    /// From now on the range is shown as "***".
    void hide(TextRange range) { hidden_.push_back(range); }
    /// All values that have to be hidden are known. Until then, what follows a key that looks like a
    /// password's is hidden up to the end of its line.
    void trustRanges() { trustsRanges_ = true; }
    /// The line around `position` for people. `width` characters from there are marked.
    [[nodiscard]] ShownLine show(Position position, std::size_t width) const;

private:
    [[nodiscard]] std::string hideSecrets(std::uint32_t number, std::size_t markByte) const;

    std::filesystem::path file_;
    std::string text_;
    std::vector<std::size_t> starts_;  ///< byte offset of each line
    std::vector<TextRange> hidden_;
    bool trustsRanges_ = false;
};

}  // namespace roost
