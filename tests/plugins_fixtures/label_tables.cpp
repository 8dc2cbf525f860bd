// A transform that tells labels of tables: its options are a list of records, with records inside.
#include <cstdint>
#include <string>
#include <vector>

#include "roost/plugin.hpp"

namespace {

using namespace roost;

class LabelTables final : public Transform {
public:
    enum class Tone : std::uint8_t { plain, loud };
    struct Link {
        std::string to;
    };
    struct Label {
        std::string table;
        std::string text;
        int level = 1;
        Tone tone = Tone::plain;
        std::string token;
        std::vector<Link> links;
    };
    struct Options {
        std::vector<Label> labels;
    };

    static PluginInfo info() {
        return {"label-tables", "1.0", "Tells labels of tables, for tests", "label-tables", {"label-tables"}};
    }
    static const OptionTable<Options>& options() {
        static const auto table =
            OptionTable<Options>()
                .records("labels", &Options::labels,
                         OptionTable<Label>()
                             .text("table", &Label::table, "The table.")
                             .required()
                             .example("items")
                             .text("text", &Label::text, "What is told of it.")
                             .integer("level", &Label::level, "How important it is.")
                             .range(0, 9)
                             .choice("tone", &Label::tone, {"plain", "loud"}, "How it is told.")
                             .text("token", &Label::token, "Who tells it.")
                             .secret()
                             .records("links", &Label::links,
                                      OptionTable<Link>().text("to", &Link::to, "Another table.").required(),
                                      "What belongs to it."),
                         "The labels.")
                .example("[{table: items, text: all of them}]");
        return table;
    }

    explicit LabelTables(Options options) : options_(std::move(options)) {}

    void rewrite(Catalog&, Context& context) override {
        for (const Label& label : options_.labels) {
            std::string text = label.table + " (" + std::to_string(label.level) + "): " + label.text;
            for (const Link& link : label.links) text += " -> " + link.to;
            context.warn(label.tone == Tone::loud ? text + "!" : text);
        }
    }
    bool apply(Item&) override { return true; }

private:
    Options options_;
};

}  // namespace

ROOST_PLUGIN(LabelTables)
