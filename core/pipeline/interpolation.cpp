#include "pipeline/interpolation.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "pipeline/reference_syntax.hpp"
#include "pipeline/utf8.hpp"
#include "pipeline/variable_values.hpp"
#include "roost/error.hpp"

namespace roost {

namespace {

constexpr std::size_t longestChain = 64;
constexpr std::size_t largestValue = std::size_t{1} << 20U;
constexpr std::size_t largestSum = std::size_t{16} << 20U;
constexpr std::size_t mostErrors = 200;

/// The value cannot be made; why has been reported.
struct NoValue {};

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
            if (set_.contains(name)) {
                Site site{&variable.node, name, false};
                partsOf(site);
            } else {
                resolve(name, variable, Site{});
            }
    }

    [[nodiscard]] const std::vector<Position>& unresolved() const noexcept { return unresolved_; }
    [[nodiscard]] const std::set<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] const std::vector<std::pair<Position, std::string>>& references() const noexcept {
        return references_;
    }

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
    struct Found {
        std::string value;
        bool failed = false;
    };

    void declare(const Node& vars) {
        for (const auto& [key, value] : vars.members) {
            names_.insert(key.scalar);
            Variable variable;
            variable.node = value;
            if (!isVariableName(key.scalar)) {
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
        const auto parts = partsOf(site);
        if (!parts) return std::nullopt;
        if (site.self.empty() && parts->size() == 1 && parts->front().reference &&
            !builtIn_.contains(parts->front().reference->name))
            references_.emplace_back(site.node->position, parts->front().reference->name);
        try {
            std::string value = evaluate(site, *parts);
            if (site.failed) return std::nullopt;
            sum_ += value.size();
            if (sum_ <= largestSum) return value;
            reportAt(site, 0, "the values of this definition grow beyond 16 MiB", 0);
        } catch (const NoValue&) {  // reported where it was thrown
        }
        return std::nullopt;
    }

    std::optional<TextParts> partsOf(Site& site) {
        try {
            TextParts parts = parseReferences(site.node->scalar);
            collectNames(parts);
            return parts;
        } catch (const ReferenceError& error) {
            reportAt(site, error.begin, error.message, error.width, error.advice);
            return std::nullopt;
        }
    }

    void collectNames(const TextParts& parts) {
        for (const TextPart& part : parts)
            if (part.reference) {
                names_.insert(part.reference->name);
                collectNames(part.reference->fallback);
            }
    }

    std::string evaluate(Site& site, const TextParts& parts) {
        std::string out;
        for (const TextPart& part : parts) {
            out += part.reference ? valueOf(site, *part.reference) : part.literal;
            if (out.size() <= largestValue) continue;
            reportAt(site, part.reference ? part.reference->begin : 0, "the value grows beyond 1 MiB here",
                     0);
            throw NoValue{};
        }
        return out;
    }

    std::string valueOf(Site& site, const Reference& reference) {
        const bool plain = reference.form == Reference::Form::plain;
        auto found = lookUp(site, reference, !plain);
        if (found && found->failed) {
            site.failed = true;
            return {};
        }
        if (found && (plain || !found->value.empty())) return std::move(found->value);
        if (reference.form == Reference::Form::withDefault) return evaluate(site, reference.fallback);
        if (plain)
            reportUnknown(site, reference);
        else
            reportAt(site, reference.begin,
                     "variable '" + reference.name + "' is " + (found ? "empty" : "not set") +
                         (reference.message.empty() ? "" : ": " + reference.message),
                     reference.end - reference.begin);
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
    std::vector<std::pair<Position, std::string>> references_;
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
const std::vector<std::pair<Position, std::string>>& Interpolation::references() const noexcept {
    return expander_->references();
}
const std::set<std::string>& Interpolation::names() const noexcept { return expander_->names(); }

}  // namespace roost
