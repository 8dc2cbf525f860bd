#include "pipeline/yaml_reader.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>

#include "pipeline/secret_words.hpp"
#include "pipeline/utf8.hpp"
#include "pipeline/yaml_rules.hpp"
#include "roost/error.hpp"

namespace roost {

namespace {

/// Ends the parsing early; what is wrong has been reported.
struct StopReading {};

bool before(Position a, Position b) { return std::pair(a.line, a.column) < std::pair(b.line, b.column); }

/// Builds the tree from yaml-cpp's events and refuses what a definition may not have.
class TreeBuilder final : public YAML::EventHandler {
public:
    TreeBuilder(const SourceText& source, YamlDocument& document, Diagnostics& diagnostics)
        : source_(source), document_(document), diagnostics_(diagnostics) {}

    /// Scalars of keys that look like passwords.
    [[nodiscard]] const std::vector<Position>& secrets() const noexcept { return secrets_; }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ == 1) return;
        diagnostics_.error(at(mark), "a second document begins here; a definition is one document");
        throw StopReading{};
    }
    void OnDocumentEnd() override { endScalar(source_.text().size()); }
    void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
        diagnostics_.error(at(mark), "anchors are not used here", name.size() + 1,
                           "name the value under 'vars' and write ${NAME}");
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        const Position position = begin(mark);
        diagnostics_.error(position, "aliases are not used here", 0,
                           "name the value under 'vars' and write ${NAME}");
        place(Node(Node::Kind::null, {}, position), false);
    }
    void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
        begin(mark);
        refuseBareKey(mark);
        if (follows(mark, '!')) refuseTag(at(mark));
        place(Node(Node::Kind::null, {}, placeOfNull(mark)), false);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  const std::string& value) override {
        const Position position = begin(mark);
        scalarBegin_ = offset(mark);
        scalarInFlow_ = !levels_.empty() && levels_.back().isFlow;
        document_.scalars.add(position, {*scalarBegin_, source_.text().size()});
        const bool plain = tag == "?";
        if (tag != "?" && (tag != "!" || follows(mark, '!'))) refuseTag(position);
        if (!plain && !closingQuote(source_.text(), *scalarBegin_)) {
            diagnostics_.error(position, "this quote is never closed");
            throw StopReading{};
        }
        place(Node(Node::Kind::scalar, value, position), plain);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                         YAML::EmitterStyle::value style) override {
        open(mark, tag, Node::Kind::sequence, style == YAML::EmitterStyle::Flow);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                    YAML::EmitterStyle::value style) override {
        open(mark, tag, Node::Kind::mapping, style == YAML::EmitterStyle::Flow);
    }
    void OnMapEnd() override { close(); }

private:
    /// A list or mapping that is not complete yet. In a mapping, keys and values take turns.
    struct Level {
        Node node;
        std::optional<Node> key;
        bool keepValue = true;
        bool isFlow = false;
        std::unordered_map<std::string, Position> seen;
    };

    [[nodiscard]] std::size_t offset(const YAML::Mark& mark) const {
        return source_.offsetAtByte(mark.line, mark.column);
    }
    /// Counts on from the event before, so that a long line does not take the square of its length.
    Position at(const YAML::Mark& mark) {
        const std::size_t here = offset(mark);
        const std::string_view text = source_.text();
        if (here >= lastOffset_ && static_cast<std::uint32_t>(mark.line) + 1 == lastPosition_.line)
            lastPosition_.column +=
                static_cast<std::uint32_t>(countCharacters(text.substr(lastOffset_, here - lastOffset_)));
        else
            lastPosition_ = source_.positionAt(here);
        lastOffset_ = here;
        return lastPosition_;
    }
    [[nodiscard]] bool follows(const YAML::Mark& mark, char c) const {
        return source_.text().substr(offset(mark)).starts_with(c);
    }

    /// Every event with a place passes here: it ends the scalar before it.
    Position begin(const YAML::Mark& mark) {
        const Position position = at(mark);
        endScalar(offset(mark));
        if (position.line != lastLine_) refuseTabs(position.line);
        lastLine_ = position.line;
        return position;
    }

    /// yaml-cpp takes a last line without a ':' for a key without a value.
    void refuseBareKey(const YAML::Mark& mark) {
        if (levels_.empty() || !levels_.back().key || levels_.back().key->position != at(mark)) return;
        const std::string& key = levels_.back().key->scalar;
        diagnostics_.error(at(mark), "a ':' is missing behind '" + key + "'", countCharacters(key));
    }

    void endScalar(std::size_t next) {
        if (scalarBegin_)
            document_.scalars.endLast(endOfScalar(source_.text(), *scalarBegin_, next, scalarInFlow_));
        scalarBegin_.reset();
    }

    void refuseTabs(std::uint32_t number) {
        const std::string_view line = source_.line(number);
        const std::string_view indentation = line.substr(0, line.find_first_not_of(" \t"));
        if (const auto tab = indentation.find('\t'); tab != std::string_view::npos)
            diagnostics_.error({number, static_cast<std::uint32_t>(tab + 1)}, "a tab in the indentation", 1,
                               "indent with spaces");
    }
    void refuseTag(Position position) {
        diagnostics_.error(position, "tags are not used here", 0, "leave the word with '!' out");
    }

    /// An empty value has no place of its own: yaml-cpp gives that of whatever follows.
    Position placeOfNull(const YAML::Mark& mark) {
        if (levels_.empty() || isNullWord(source_.text(), offset(mark))) return at(mark);
        if (levels_.back().key) return levels_.back().key->position;
        const std::size_t dash = source_.text().substr(0, offset(mark)).find_last_of('-');
        return levels_.back().node.kind == Node::Kind::sequence && dash != std::string_view::npos
                   ? source_.positionAt(dash)
                   : at(mark);
    }

    void open(const YAML::Mark& mark, const std::string& tag, Node::Kind kind, bool isFlow) {
        const Position position = begin(mark);
        if (tag != "?" || follows(mark, '!')) refuseTag(position);
        if (levels_.size() == deepestNesting) {
            diagnostics_.error(position, "lists and mappings may be " + std::to_string(deepestNesting) +
                                             " levels deep, and no deeper");
            throw StopReading{};
        }
        Level level;
        level.isFlow = isFlow;
        level.node.kind = kind;
        level.node.position = position;
        levels_.push_back(std::move(level));
    }
    void close() {
        Node node = std::move(levels_.back().node);
        levels_.pop_back();
        place(std::move(node), false);
    }

    void place(Node node, bool plain) {
        if (levels_.empty()) {
            document_.root = std::move(node);
            return;
        }
        Level& level = levels_.back();
        if (level.node.kind == Node::Kind::sequence) {
            if (plain) refuseGuess(node);
            level.node.items.push_back(std::move(node));
        } else if (!level.key) {
            takeKey(level, std::move(node), plain);
        } else {
            const bool secret = looksSecret(level.key->scalar);
            if (plain) refuseGuess(node, secret);
            if (secret) rememberSecrets(node);
            if (level.keepValue) level.node.members.emplace_back(std::move(*level.key), std::move(node));
            level.key.reset();
        }
    }

    void takeKey(Level& level, Node key, bool plain) {
        level.keepValue = false;
        if (!key.isScalar()) {
            diagnostics_.error(key.position, "a key is text, not " + std::string(key.describe()));
        } else if (plain && key.scalar == "<<") {
            diagnostics_.error(key.position, "merge keys are not used here", 2,
                               "name the values under 'vars' and write ${NAME}");
        } else if (const auto [first, isNew] = level.seen.emplace(key.scalar, key.position); !isNew) {
            // Both places are shown: which of the two is the wrong one, the reader cannot know.
            const std::size_t width = countCharacters(key.scalar);
            diagnostics_.error(first->second, "key '" + key.scalar + "' is given twice", width,
                               "again in line " + std::to_string(key.position.line));
            diagnostics_.error(key.position, "key '" + key.scalar + "' is given twice", width,
                               "first in line " + std::to_string(first->second.line));
        } else {
            level.keepValue = true;
        }
        level.key = std::move(key);
    }

    /// Plain text that YAML readers take for something else.
    void refuseGuess(const Node& node, bool secret = false) {
        const auto guess = guessOf(node.scalar);
        if (guess && secret)  // the message must not show what the line hides
            diagnostics_.error(node.position, "this value could mean something else than its text", 0,
                               "put it in quotes");
        else if (guess)
            diagnostics_.error(node.position, guess->problem, countCharacters(node.scalar), guess->advice);
    }

    void rememberSecrets(const Node& node) {
        if (node.isScalar()) secrets_.push_back(node.position);
        for (const Node& item : node.items) rememberSecrets(item);
        for (const auto& [key, value] : node.members) rememberSecrets(value);
    }

    const SourceText& source_;
    YamlDocument& document_;
    Diagnostics& diagnostics_;
    std::vector<Level> levels_;
    std::vector<Position> secrets_;
    std::optional<std::size_t> scalarBegin_;  ///< of the one whose end is not known yet
    bool scalarInFlow_ = false;
    std::uint32_t lastLine_ = 0;
    std::size_t lastOffset_ = 0;
    Position lastPosition_;
    int documents_ = 0;
};

void reportParserError(const YAML::ParserException& error, const SourceText& source,
                       Diagnostics& diagnostics) {
    const Position position = source.positionAt(source.offsetAtByte(error.mark.line, error.mark.column));
    if (source.text().substr(source.offsetOf(position)).starts_with('*')) {
        diagnostics.error(position, "aliases are not used here", 0,
                          "name the value under 'vars' and write ${NAME}");
        return;
    }
    const std::string_view line = source.line(position.line);
    const bool tab = line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
    diagnostics.error(position, "bad YAML: " + error.msg, 0,
                      tab ? "indent with spaces, not with tabs" : adviceFor(error.msg));
}

}  // namespace

std::optional<TextRange> ScalarRanges::at(Position position) const {
    const auto found = std::ranges::lower_bound(scalars_, position, before, &Scalar::position);
    if (found == scalars_.end() || found->position != position) return std::nullopt;
    return found->range;
}

YamlDocument readYaml(SourceText& source, Diagnostics& diagnostics) {
    YamlDocument document;
    document.complete = false;
    if (!checkEncoding(source, diagnostics)) return document;

    TreeBuilder builder(source, document, diagnostics);
    try {
        std::istringstream stream{std::string(source.text())};
        YAML::Parser parser(stream);
        document.complete = true;
        while (parser.HandleNextDocument(builder)) continue;
    } catch (const StopReading&) {
        document.complete = false;
    } catch (const YAML::ParserException& error) {
        document.complete = false;
        reportParserError(error, source, diagnostics);
    } catch (const std::exception& error) {
        document.complete = false;
        diagnostics.error({}, std::string("bad YAML: ") + error.what());
    }
    for (const Position secret : builder.secrets())
        if (const auto range = document.scalars.at(secret); range && !isPureReference(source.text(*range)))
            source.hide(*range);
    if (document.complete) source.trustRanges();
    return document;
}

}  // namespace roost
