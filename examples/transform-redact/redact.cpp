// A roost transform: what matches a regular expression is replaced in columns of text.
#include <regex>
#include <string>
#include <variant>

#include "roost/plugin.hpp"

namespace {

class Redact final : public roost::Transform {
public:
    struct Options {
        std::string pattern;
        std::string with = "[redacted]";
    };
    static roost::PluginInfo info() {
        return {"redact", "1.0", "Texts without what matches a pattern", "redact", {}};
    }
    static const roost::OptionTable<Options>& options() {
        static const auto table =
            roost::OptionTable<Options>()
                .text("pattern", &Options::pattern, "What is replaced, as an ECMAScript regular expression.")
                .required()
                .example("[0-9]{3,}")
                .text("with", &Options::with, "What takes its place.");
        return table;
    }
    /// Called while the definition is checked: nothing has been touched yet.
    static void check(const Options& options, const roost::Node& settings, roost::Diagnostics& diagnostics) {
        constexpr std::size_t longest = 1000;  // the library's compiler recurses, too
        const roost::Node* pattern = settings.find("pattern");
        const roost::Position place = pattern == nullptr ? settings.position : pattern->position;
        if (options.pattern.size() > longest)
            return diagnostics.error(place, "'pattern' is longer than 1000 bytes");
        try {
            std::regex(options.pattern);
        } catch (const std::regex_error& error) {
            diagnostics.error(place, std::string("'pattern' is no regular expression: ") + error.what());
        }
    }

    explicit Redact(Options options) : pattern_(options.pattern), with_(std::move(options.with)) {}

    void rewrite(roost::Catalog& catalog, roost::Context&) override {
        for (roost::Table& table : catalog.tables)
            table.partial = true;  // no replacement for what it came from
    }
    bool apply(roost::Item& item) override {
        auto* batch = std::get_if<roost::BatchPtr>(&item);
        if (batch == nullptr) return true;
        auto made = std::make_shared<roost::Batch>((*batch)->table(), (*batch)->columns());
        made->keep(*batch);
        for (std::size_t i = 0; i < (*batch)->rows(); ++i) {
            const auto cells = made->addRow();
            for (std::size_t column = 0; column < cells.size(); ++column)
                cells[column] = redacted((*batch)->row(i)[column], *made);
        }
        *batch = std::move(made);
        return true;
    }

private:
    [[nodiscard]] roost::Cell redacted(const roost::Cell& cell, roost::Batch& batch) const {
        // The library's matcher recurses once a character: a long text would end the process.
        constexpr std::size_t longest = 10'000;
        if (cell.kind() != roost::CellKind::text) return cell;
        const std::string text(cell.text());
        if (text.size() > longest)
            throw roost::Error("a text of " + std::to_string(text.size()) + " bytes is too long to redact");
        return roost::Cell::view(roost::CellKind::text,
                                 batch.store(std::regex_replace(text, pattern_, with_)));
    }

    std::regex pattern_;
    std::string with_;
};

}  // namespace

ROOST_PLUGIN(Redact)
