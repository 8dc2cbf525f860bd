// A plugin's options: declared once, bound to the members of a struct. Parsing, `roost plugins NAME`, the
// documentation's table, the JSON Schema and the scaffold all come from this one declaration.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "roost/diagnostic.hpp"
#include "roost/location.hpp"
#include "roost/node.hpp"

namespace [[gnu::visibility("default")]] roost {

enum class OptionType : std::uint8_t {
    text,
    boolean,
    integer,
    size,
    duration,
    choice,
    list,
    map,
    url,
    records
};

/// "text", "true or false", "a whole number", ...: what a user should write.
[[nodiscard]] std::string_view describe(OptionType type) noexcept;

/// One option as users see it.
struct OptionSpec {
    std::string name;
    OptionType type = OptionType::text;
    std::string help;          ///< one or two sentences
    std::string defaultValue;  ///< as it would be written; "" where there is none
    bool required = false;
    bool secret = false;  ///< its values are shown nowhere
    std::vector<std::string> choices;
    std::optional<std::int64_t> minimum;
    std::optional<std::int64_t> maximum;
    std::string example;
    std::vector<OptionSpec> members;  ///< records: what each of them may hold
};

/// The scalar readers. Each adds a diagnostic and returns nothing where the node is not of its type.
/// A list also takes one string with commas; sizes take KiB, MiB, GiB; durations take ms, s, m, h.
namespace option_values {
std::optional<std::string> text(const Node&, const OptionSpec&, Diagnostics&);
std::optional<bool> boolean(const Node&, const OptionSpec&, Diagnostics&);
std::optional<std::int64_t> integer(const Node&, const OptionSpec&, Diagnostics&);
std::optional<std::int64_t> size(const Node&, const OptionSpec&, Diagnostics&);
std::optional<std::int64_t> milliseconds(const Node&, const OptionSpec&, Diagnostics&);
std::optional<std::size_t> choice(const Node&, const OptionSpec&, Diagnostics&);
std::optional<std::vector<std::string>> list(const Node&, const OptionSpec&, Diagnostics&);
std::optional<std::vector<std::pair<std::string, std::string>>> map(const Node&, const OptionSpec&,
                                                                    Diagnostics&);
std::optional<Location> url(const Node&, const OptionSpec&, Diagnostics&);
/// The mappings of a list of records, or of a single one; valid as long as the node. Keys that no member of
/// the spec has, and required ones that are missing, are told.
std::optional<std::vector<const Node*>> records(const Node&, const OptionSpec&, Diagnostics&);
}  // namespace option_values

using TextMap = std::vector<std::pair<std::string, std::string>>;

/// The options of one plugin, bound to the members of `Options`; defaults are those of `Options{}`.
/// Calls that take no name (required, secret, range, example) speak of the option declared last.
template <class Options>
class OptionTable {
public:
    OptionTable& text(std::string name, std::string Options::*member, std::string help) {
        return add(std::move(name), OptionType::text, std::move(help), Options{}.*member, member,
                   option_values::text);
    }
    /// Text that may be missing: the member stays without a value then. A YAML null gives an empty text.
    OptionTable& text(std::string name, std::optional<std::string> Options::*member, std::string help) {
        return add(std::move(name), OptionType::text, std::move(help), (Options{}.*member).value_or(""),
                   member, option_values::text);
    }
    OptionTable& boolean(std::string name, bool Options::*member, std::string help) {
        return add(std::move(name), OptionType::boolean, std::move(help),
                   Options{}.*member ? "true" : "false", member, option_values::boolean);
    }
    /// Like text, for what may be missing.
    OptionTable& boolean(std::string name, std::optional<bool> Options::*member, std::string help) {
        const std::optional<bool> shown = Options{}.*member;
        return add(std::move(name), OptionType::boolean, std::move(help),
                   !shown   ? ""
                   : *shown ? "true"
                            : "false",
                   member, option_values::boolean);
    }
    template <class Integer>
    OptionTable& integer(std::string name, Integer Options::*member, std::string help) {
        return add(std::move(name), OptionType::integer, std::move(help), std::to_string(Options{}.*member),
                   member, option_values::integer);
    }
    /// Bytes; `shown` is the default as users would write it.
    template <class Integer>
    OptionTable& size(std::string name, Integer Options::*member, std::string shown, std::string help) {
        return add(std::move(name), OptionType::size, std::move(help), std::move(shown), member,
                   option_values::size);
    }
    /// Milliseconds; `shown` is the default as users would write it.
    template <class Integer>
    OptionTable& duration(std::string name, Integer Options::*member, std::string shown, std::string help) {
        return add(std::move(name), OptionType::duration, std::move(help), std::move(shown), member,
                   option_values::milliseconds);
    }
    /// An enumeration whose values count from 0 in the order of `choices`.
    template <class Enumeration>
    OptionTable& choice(std::string name, Enumeration Options::*member, std::vector<std::string> choices,
                        std::string help) {
        static_assert(std::is_enum_v<Enumeration>);
        std::string shown = choices.at(static_cast<std::size_t>(Options{}.*member));
        add(std::move(name), OptionType::choice, std::move(help), std::move(shown), member,
            option_values::choice);
        specs_.back().choices = std::move(choices);
        return *this;
    }
    OptionTable& list(std::string name, std::vector<std::string> Options::*member, std::string help) {
        return add(std::move(name), OptionType::list, std::move(help), "", member, option_values::list);
    }
    OptionTable& map(std::string name, TextMap Options::*member, std::string help) {
        return add(std::move(name), OptionType::map, std::move(help), "", member, option_values::map);
    }
    /// A list of records: each item is a mapping, whose keys are the options of `each`. A single mapping
    /// stands for a list of one. A Record with a member `Position position` learns where it stands.
    template <class Record>
    OptionTable& records(std::string name, std::vector<Record> Options::*member, OptionTable<Record> each,
                         std::string help) {
        OptionSpec spec;
        spec.name = std::move(name);
        spec.type = OptionType::records;
        spec.help = std::move(help);
        spec.members = each.specs();
        specs_.push_back(std::move(spec));
        assign_.push_back([member, each = std::move(each)](Options& options, const Node& node,
                                                           const OptionSpec& declared,
                                                           Diagnostics& diagnostics) {
            const auto items = option_values::records(node, declared, diagnostics);
            if (!items) return;
            std::vector<Record> read;
            for (const Node* item : *items) {
                read.push_back(each.parse(*item, diagnostics));
                if constexpr (requires { read.back().position = item->position; })
                    read.back().position = item->position;
            }
            options.*member = std::move(read);
        });
        return *this;
    }
    OptionTable& url(Location Options::*member, std::string help) {
        add("url", OptionType::url, std::move(help), "", member, option_values::url);
        return required();
    }

    OptionTable& required() {
        specs_.back().required = true;
        return *this;
    }
    OptionTable& secret() {
        specs_.back().secret = true;
        return *this;
    }
    OptionTable& range(std::int64_t minimum, std::int64_t maximum) {
        specs_.back().minimum = minimum;
        specs_.back().maximum = maximum;
        return *this;
    }
    OptionTable& example(std::string text) {
        specs_.back().example = std::move(text);
        return *this;
    }

    [[nodiscard]] const std::vector<OptionSpec>& specs() const noexcept { return specs_; }

    /// Reads the members of `settings` into an Options. Keys that no option has are left to the caller.
    [[nodiscard]] Options parse(const Node& settings, Diagnostics& diagnostics) const {
        Options options;
        for (std::size_t i = 0; i < specs_.size(); ++i)
            if (const Node* node = settings.find(specs_[i].name))
                assign_[i](options, *node, specs_[i], diagnostics);
        return options;
    }

private:
    using Assign = std::function<void(Options&, const Node&, const OptionSpec&, Diagnostics&)>;

    template <class Member, class Reader>
    OptionTable& add(std::string name, OptionType type, std::string help, std::string shown,
                     Member Options::*member, Reader read) {
        OptionSpec spec;
        spec.name = std::move(name);
        spec.type = type;
        spec.help = std::move(help);
        spec.defaultValue = std::move(shown);
        specs_.push_back(std::move(spec));
        assign_.push_back([member, read](Options& options, const Node& node, const OptionSpec& declared,
                                         Diagnostics& diagnostics) {
            if (auto value = read(node, declared, diagnostics))
                options.*member = static_cast<Member>(std::move(*value));
        });
        return *this;
    }

    std::vector<OptionSpec> specs_;
    std::vector<Assign> assign_;
};

}  // namespace roost
