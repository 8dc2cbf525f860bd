#include "cli/progress_display.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/printable.hpp"
#include "cli/quantity.hpp"

namespace roost::cli {

namespace {

constexpr auto redrawEvery = std::chrono::milliseconds(200);
constexpr auto plainEvery = std::chrono::seconds(10);

/// The share of the work that is done, 0 to 1, or a negative number where nothing is known. Estimates may be
/// too low, so it never reaches 1 before the source has ended.
double share(const SourceProgress& source) {
    const bool files = source.expectedFiles > 0;
    const double expected = static_cast<double>(files ? source.expectedBytes : source.expectedRows);
    const double done = static_cast<double>(files ? source.bytes.load() : source.rows.load());
    if (expected <= 0) return -1;
    return std::min(done / expected, 0.99);
}

/// Cuts a line to the terminal's width without breaking a UTF-8 sequence.
std::string cut(std::string line, std::size_t width) {
    std::size_t columns = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if ((static_cast<unsigned char>(line[i]) & 0xC0U) == 0x80U) continue;
        if (++columns > width) {
            line.resize(i);
            break;
        }
    }
    return line;
}

}  // namespace

ProgressDisplay::ProgressDisplay(Console& console, ProgressStyle style) : console_(console), style_(style) {
    if (style_ == ProgressStyle::automatic)
        style_ = console.isTerminal() ? ProgressStyle::bar : ProgressStyle::plain;
}

void ProgressDisplay::start(const Sources& sources) {
    sources_ = &sources;
    lines_.assign(sources.size(), {});
    drawn_ = Clock::now();
}

std::string ProgressDisplay::describe(const SourceProgress& source, Line& line) const {
    const auto now = Clock::now();
    if (source.started && !line.running) {
        line.running = true;
        line.began = now;
    }
    if (source.finished && !line.over) {
        line.over = true;
        line.ended = now;
    }
    if (!line.running) return source.label + ": waiting";
    const std::chrono::duration<double> elapsed = (line.over ? line.ended : now) - line.began;
    const double seconds = std::max(elapsed.count(), 0.001);
    const auto rate = [&](std::uint64_t number) {
        return static_cast<std::uint64_t>(static_cast<double>(number) / seconds);
    };
    std::string text = source.label + ": ";
    const bool known = seconds > 0.5;  // a rate over less says nothing
    if (source.rows > 0 || source.expectedRows > 0) {
        text += count(source.rows, "row") + ", ";
        if (known) text += count(rate(source.rows)) + "/s, ";
    }
    if (source.files > 0 || source.expectedFiles > 0) text += count(source.files, "file") + ", ";
    text += bytes(source.bytes);
    if (known) text += fmt::format(", {}/s", bytes(rate(source.bytes)));
    if (line.over) return text + ", done";
    if (const double done = share(source); known && done > 0.01)
        text += fmt::format(", {:.0f} %, {} left", done * 100, duration(elapsed * (1 - done) / done));
    if (const std::string current = source.current(); !current.empty())
        text += " (" + printable(current) + ")";
    return text;
}

/// What is done while no source is running; "" while one is.
std::string ProgressDisplay::phase() const {
    const std::string soFar = " (" + duration(Clock::now() - began_) + " so far)";
    if (sources_ == nullptr) return "looking at the sources and targets" + soFar;
    if (!std::ranges::all_of(lines_, &Line::over)) return {};
    return "everything is read; the targets are being completed" + soFar;
}

void ProgressDisplay::draw() {
    std::vector<std::string> texts;
    if (sources_ != nullptr)
        for (std::size_t i = 0; i < sources_->size(); ++i)
            texts.push_back(describe(*(*sources_)[i], lines_[i]));
    if (const std::string now = phase(); !now.empty()) {
        if (style_ == ProgressStyle::plain) return console_.log(LogLevel::info, now);
        texts.push_back(now);
    }
    if (style_ == ProgressStyle::bar) {
        for (std::string& text : texts) text = cut(std::move(text), console_.width() - 1);
        console_.showProgress(texts);
        return;
    }
    for (std::size_t i = 0; i < texts.size(); ++i)
        if (lines_[i].running && !lines_[i].over) console_.log(LogLevel::info, texts[i]);
}

void ProgressDisplay::tick() {
    if (stopped_ || style_ == ProgressStyle::none) return;
    const auto now = Clock::now();
    if (now - drawn_ <
        (style_ == ProgressStyle::bar ? Clock::duration(redrawEvery) : Clock::duration(plainEvery)))
        return;
    drawn_ = now;
    draw();
}

void ProgressDisplay::stop() {
    if (style_ == ProgressStyle::bar) console_.showProgress({});
    sources_ = nullptr;
    stopped_ = true;
}

}  // namespace roost::cli
