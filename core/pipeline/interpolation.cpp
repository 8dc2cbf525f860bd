#include "pipeline/interpolation.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "pipeline/utf8.hpp"
#include "pipeline/variable_values.hpp"
#include "roost/error.hpp"

namespace roost {

namespace {

constexpr std::size_t deepestReference = 32;
constexpr std::size_t longestChain = 64;
constexpr std::size_t largestValue = std::size_t{1} << 20U;
constexpr std::size_t largestSum = std::size_t{16} << 20U;
constexpr std::size_t mostErrors = 200;

/// The scalar's text makes no sense from here on; what is wrong has been reported.
struct BrokenText {};

bool isNameCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool isName(std::string_view text) {
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0 &&
           std::ranges::all_of(text, isNameCharacter);
}

}  // namespace

std::string formatTimestamp(std::chrono::system_clock::time_point time) {
    const std::time_t seconds =
        std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y%m%d_%H%M%S", &parts);
    return {text.data(), length};
}

class Interpolation::Expander {
public:
    Expander(const SetValues& set, const Node* vars, const Node* pipelineName, const SourceText& source,
             const ScalarRanges& scalars, std::chrono::system_clock::time_point time,
             Diagnostics& diagnostics)
        : set_(set), source_(source), scalars_(scalars), diagnostics_(diagnostics) {
        Variable timestamp;
        timestamp.state = State::done;
        timestamp.value = formatTimestamp(time);
        builtIn_.emplace("timestamp", std::move(timestamp));
        // Without a name, which is an error of its own, what refers to it cannot be expanded either.
        Variable& pipeline = builtIn_["pipeline"];
        if (pipelineName != nullptr && pipelineName->isScalar())
            pipeline.node = *pipelineName;
        else
            pipeline.state = State::failed;
        if (vars != nullptr) declare(*vars);
    }

    void expandTree(Node& node) {
        if (node.isScalar()) expandScalar(node);
        for (Node& item : node.items) expandTree(item);
        for (auto& [key, value] : node.members) expandTree(value);
    }
    void expandVars() {
        for (auto& [name, variable] : vars_)
            // One that --set replaces is not needed, so it may refer to what is not there.
            if (!set_.contains(name))
                resolve(name, variable, Site{});
            else
                collectNames(variable.node);
    }

    [[nodiscard]] const std::vector<Position>& unresolved() const noexcept { return unresolved_; }
    [[nodiscard]] const std::set<std::string>& names() const noexcept { return names_; }

private:
    enum class State { untouched, busy, done, failed };
    struct Variable {
        Node node;
        State state = State::untouched;
        std::string value;
    };
    /// The scalar that is being expanded, and the variable of `vars` whose value it is, or "".
    struct Site {
        const Node* node = nullptr;
        std::string_view self;
        bool failed = false;
    };
    struct Reference {
        std::size_t begin = 0;  ///< of its '$' in the scalar
        std::size_t end = 0;    ///< behind its '}'
        std::string name;
    };
    struct Found {
        std::string value;
        bool failed = false;
    };

    void declare(const Node& vars) {
        for (const auto& [key, value] : vars.members) {
            names_.insert(key.scalar);
            Variable variable;
            variable.node = value;
            if (!isName(key.scalar)) {
                report(key.position, "'" + key.scalar + "' is no name for a variable",
                       countCharacters(key.scalar), "letters, digits and '_' make one, no digit first");
            } else if (value.kind == Node::Kind::sequence || value.kind == Node::Kind::mapping) {
                report(value.position,
                       "variable '" + key.scalar + "' is text, not " + std::string(value.describe()), 0, {});
                variable.state = State::failed;
            }
            vars_.emplace(key.scalar, std::move(variable));
        }
    }

    void report(Position position, std::string message, std::size_t width, std::string suggestion,
                std::vector<std::string> notes = {}) {
        if (reported_.size() >= mostErrors ||
            !reported_.emplace(position.line, position.column, message).second)
            return;
        diagnostics_.add({position, std::move(message), width, std::move(suggestion), std::move(notes)});
    }

    /// Where the '$' at `offset` of the scalar's value stands in the file. Values differ from the text by
    /// quotes, escapes and folded lines; but the n-th '$' of the one is the n-th of the other.
    [[nodiscard]] Position placeOf(const Site& site, std::size_t offset) const {
        if (site.node == nullptr) return {};
        const auto range = scalars_.at(site.node->position);
        if (!range) return site.node->position;
        const std::string_view text = source_.text(*range);
        if (text.starts_with('"') &&
            (text.find("\\x24") != std::string_view::npos || text.find("\\u0024") != std::string_view::npos ||
             text.find("\\U00000024") != std::string_view::npos))
            return site.node->position;
        const auto value = std::string_view(site.node->scalar).substr(0, offset);
        auto before = std::ranges::count(value, '$');
        std::size_t at = text.find('$');
        for (; at != std::string_view::npos && before > 0; --before) at = text.find('$', at + 1);
        return at == std::string_view::npos ? site.node->position : source_.positionAt(range->begin + at);
    }
    void reportAt(Site& site, std::size_t offset, std::string message, std::size_t width,
                  std::string suggestion = {}, std::vector<std::string> notes = {}) {
        site.failed = true;
        report(placeOf(site, offset), std::move(message), width, std::move(suggestion), std::move(notes));
    }

    void expandScalar(Node& node) {
        if (node.scalar.find('$') == std::string::npos) return;
        Site site{&node, {}, false};
        auto value = expandWhole(site);
        if (value)
            node.scalar = std::move(*value);
        else
            unresolved_.push_back(node.position);
    }

    /// Nothing where something was wrong with it.
    std::optional<std::string> expandWhole(Site& site) {
        try {
            std::size_t at = 0;
            std::string value = expandText(site, at, 0, true);
            if (site.failed) return std::nullopt;
            sum_ += value.size();
            if (sum_ > largestSum) {
                reportAt(site, 0, "the values of this definition grow beyond 16 MiB", 0);
                return std::nullopt;
            }
            return value;
        } catch (const BrokenText&) {
            return std::nullopt;
        }
    }

    /// Expands from `at` to the end, or at a depth to the '}' that closes the reference around it. What is
    /// not to be evaluated is read for its names and mistakes alone.
    std::string expandText(Site& site, std::size_t& at, std::size_t depth, bool evaluate) {
        const std::string_view text = site.node->scalar;
        std::string out;
        while (at < text.size()) {
            const std::string_view rest = text.substr(at);
            if (depth > 0 && rest.front() == '}') return out;
            if (rest.starts_with("$$")) {
                out += '$';
                at += 2;
            } else if (rest.starts_with("${")) {
                const std::size_t begin = at;
                out += expandReference(site, at, depth + 1, evaluate);
                if (out.size() > largestValue) {
                    reportAt(site, begin, "the value grows beyond 1 MiB here", 0);
                    throw BrokenText{};
                }
            } else {
                out += rest.front();
                ++at;
            }
        }
        return out;
    }

    std::string expandReference(Site& site, std::size_t& at, std::size_t depth, bool evaluate) {
        const std::string_view text = site.node->scalar;
        Reference reference;
        reference.begin = at;
        const auto broken = [&](std::string message, std::size_t width, std::string suggestion = {}) {
            reportAt(site, reference.begin, std::move(message), width, std::move(suggestion));
            return BrokenText{};
        };
        if (depth > deepestReference) throw broken("references are nested too deeply here", 2);
        at += 2;
        const std::size_t nameBegin = at;
        while (at < text.size() && isNameCharacter(text[at])) ++at;
        reference.name = text.substr(nameBegin, at - nameBegin);
        if (at == text.size())
            throw broken("this '${' has no '}'", 2, "write $${ for the characters themselves");
        if (!isName(reference.name))
            throw broken("'${' is not followed by the name of a variable", 2,
                         "write $${ for the characters themselves");
        names_.insert(reference.name);
        const std::string_view rest = text.substr(at);
        const bool hasDefault = rest.starts_with(":-");
        const bool hasMessage = rest.starts_with(":?");
        if (!hasDefault && !hasMessage && rest.front() != '}')
            throw broken(unknownForm(reference.name, rest), 2 + reference.name.size(),
                         adviceOnForm(reference.name, rest));

        std::size_t operandBegin = at;
        if (hasDefault || hasMessage) {
            at += 2;
            operandBegin = at;
        }
        // The operand's end has to be known before its value is: read it once without evaluating.
        if (hasDefault || hasMessage) expandText(site, at, depth, false);
        if (at == text.size()) throw broken("this '${' has no '}'", 2);
        const std::string operand(text.substr(operandBegin, at - operandBegin));
        reference.end = ++at;
        if (!evaluate) return {};

        auto found = lookUp(site, reference, hasDefault || hasMessage);
        if (found && found->failed) {
            site.failed = true;
            return {};
        }
        if (hasDefault && (!found || found->value.empty())) {
            std::size_t inside = operandBegin;
            return expandText(site, inside, depth, true);
        }
        if (hasMessage && (!found || found->value.empty())) {
            reportAt(site, reference.begin,
                     "variable '" + reference.name + "' is " + (found ? "empty" : "not set") +
                         (operand.empty() ? "" : ": " + operand),
                     reference.end - reference.begin);
            return {};
        }
        if (!found) {
            reportUnknown(site, reference);
            return {};
        }
        return std::move(found->value);
    }

    static std::string unknownForm(const std::string& name, std::string_view rest) {
        return "after ${" + name + " may stand '}', ':-' or ':?', not '" +
               std::string(rest.substr(0, characterAt(rest, 0).bytes)) + "'";
    }
    static std::string adviceOnForm(const std::string& name, std::string_view rest) {
        if (rest.front() == '-') return "write ${" + name + ":-default}";
        if (rest.front() == '?') return "write ${" + name + ":?message}";
        return {};
    }

    /// `emptyIsMissing`: an environment variable without a value does not hide the file that NAME_FILE names.
    std::optional<Found> lookUp(Site& site, const Reference& reference, bool emptyIsMissing) {
        const std::string& name = reference.name;
        if (name != site.self) {  // a variable that names itself means the one outside
            if (const auto given = set_.find(name); given != set_.end()) return Found{given->second, false};
            if (const auto own = vars_.find(name); own != vars_.end()) {
                Site from{site.node, site.self, false};
                return resolve(name, own->second, from, reference.begin);
            }
        }
        if (const auto own = builtIn_.find(name); own != builtIn_.end())
            return resolve(name, own->second, Site{site.node, site.self, false}, reference.begin);
        auto value = environmentValue(name);
        if (value && !(emptyIsMissing && value->empty())) return Found{std::move(*value), false};
        try {
            if (auto fromFile = files_.value(name)) return Found{std::move(*fromFile), false};
        } catch (const Error& error) {
            reportAt(site, reference.begin, "variable '" + name + "': " + error.what(),
                     reference.end - reference.begin);
            return Found{{}, true};
        }
        if (value) return Found{std::move(*value), false};
        return std::nullopt;
    }

    /// The value of an entry of `vars`, or of a built-in one. `site` is where it is asked for.
    Found resolve(const std::string& name, Variable& variable, Site site, std::size_t offset = 0) {
        if (variable.state == State::done) return {variable.value, false};
        if (variable.state == State::failed) return {{}, true};
        if (variable.state == State::busy || chain_.size() == longestChain) {
            std::string message = "variable '" + name + "' refers to itself: ";
            if (variable.state != State::busy)
                message = "variables refer to each other through more than " + std::to_string(longestChain) +
                          " steps: ";
            else
                chain_.erase(chain_.begin(), std::ranges::find(chain_, name));
            const auto shown = std::min<std::size_t>(chain_.size(), 10);
            for (std::size_t i = 0; i < shown; ++i) message += chain_[i] + " -> ";
            reportAt(site, offset, message + (shown < chain_.size() ? "..." : name), name.size() + 3);
            return {{}, true};
        }
        variable.state = State::busy;
        const std::vector<std::string> before = chain_;
        chain_.push_back(name);
        const bool isBuiltIn = &variable == find(builtIn_, name);
        Site inside{&variable.node, isBuiltIn ? std::string_view() : std::string_view(name), false};
        auto value = expandWhole(inside);
        chain_ = before;
        variable.state = value ? State::done : State::failed;
        if (!value) return {{}, true};
        variable.value = std::move(*value);
        return {variable.value, false};
    }

    static const Variable* find(const std::map<std::string, Variable>& map, const std::string& name) {
        const auto found = map.find(name);
        return found == map.end() ? nullptr : &found->second;
    }

    void collectNames(const Node& node) {
        Site site{&node, {}, false};
        try {
            std::size_t at = 0;
            expandText(site, at, 0, false);
        } catch (const BrokenText&) {  // reported, like any other broken text
            return;
        }
    }

    void reportUnknown(Site& site, const Reference& reference) {
        std::vector<std::string> known = environmentNames();
        for (const auto& [name, value] : set_) known.push_back(name);
        for (const auto& [name, value] : vars_) known.push_back(name);
        for (const auto& [name, value] : builtIn_) known.push_back(name);
        const std::string near = nearest(reference.name, known);
        reportAt(site, reference.begin, "variable '" + reference.name + "' is not set",
                 reference.end - reference.begin, near.empty() ? "" : "did you mean '" + near + "'?",
                 {"give it as --set " + reference.name +
                  "=VALUE or in the environment, or write a default: ${" + reference.name + ":-default}"});
    }

    const SetValues& set_;
    const SourceText& source_;
    const ScalarRanges& scalars_;
    Diagnostics& diagnostics_;
    std::map<std::string, Variable> vars_;
    std::map<std::string, Variable> builtIn_;
    SecretFiles files_;
    std::vector<std::string> chain_;
    std::size_t sum_ = 0;
    std::vector<Position> unresolved_;
    std::set<std::string> names_;
    std::set<std::tuple<std::uint32_t, std::uint32_t, std::string>> reported_;
};

Interpolation::Interpolation(const SetValues& set, const Node* vars, const Node* pipelineName,
                             const SourceText& source, const ScalarRanges& scalars,
                             std::chrono::system_clock::time_point time, Diagnostics& diagnostics)
    : expander_(std::make_unique<Expander>(set, vars, pipelineName, source, scalars, time, diagnostics)) {}

Interpolation::~Interpolation() = default;

void Interpolation::expand(Node& node) { expander_->expandTree(node); }
void Interpolation::expandVars() { expander_->expandVars(); }
const std::vector<Position>& Interpolation::unresolved() const noexcept { return expander_->unresolved(); }
const std::set<std::string>& Interpolation::names() const noexcept { return expander_->names(); }

}  // namespace roost
