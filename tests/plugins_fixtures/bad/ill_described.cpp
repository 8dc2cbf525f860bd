// A transform that works and says of itself what it should not.
#include <optional>
#include <stdexcept>
#include <string>

#include "roost/plugin.hpp"

namespace {

using namespace roost;

class IllDescribed final : public Transform {
public:
    struct Options {
        std::string apiKey;
        std::int64_t level = 20;
        std::int64_t size = 1;
        std::string quiet;
        std::vector<std::string> names;
    };

    static PluginInfo info() { return {"Ill_Described", "new", "Two\nlines", "other", {"Ill Described"}}; }
    static const OptionTable<Options>& options() {
        static const auto table = OptionTable<Options>()
                                      .text("api-key", &Options::apiKey, "Who asks.")
                                      .integer("level", &Options::level, "How much.")
                                      .range(0, 9)
                                      .size("Size", &Options::size, "much", "How large.")
                                      .text("quiet", &Options::quiet, "")
                                      .integer("limit", &Options::level, "How often.")
                                      .example("often")
                                      .list("limit", &Options::names, "The same name again.");
        return table;
    }
    static void check(const Options& options, const Node&, Diagnostics&) {
        if (options.apiKey.size() > 1000) throw std::out_of_range("too long");
    }
    explicit IllDescribed(Options) {}
    void rewrite(Catalog&, Context&) override {}
    bool apply(Item&) override { return true; }
};

}  // namespace

ROOST_PLUGIN(IllDescribed)
