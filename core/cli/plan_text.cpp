#include "cli/plan_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "cli/printable.hpp"
#include "cli/quantity.hpp"

namespace roost::cli {

namespace {

const char* word(TypeOrigin origin) {
    switch (origin) {
        case TypeOrigin::set:
            return "set to";
        case TypeOrigin::inferred:
            return "inferred to";
        case TypeOrigin::declared:
            break;
    }
    return "kept as";
}

/// What the database does not say of itself is shown, so that a wrong guess is seen before it does harm.
void addTypes(std::string& text, const Catalog& catalog) {
    std::map<std::string, std::string> columns;  // by what was made of their declarations
    for (const Table& table : catalog.tables)
        for (const Column& column : table.columns) {
            if (isAsDeclared(column)) continue;
            const std::string reason = column.typeReason.empty() ? "" : " (" + column.typeReason + ")";
            std::string& list = columns[fmt::format("declared '{}', {} {}{}", column.nativeType,
                                                    word(column.typeOrigin), formatType(column), reason)];
            list += (list.empty() ? "" : ", ") + table.qualifiedName() + "." + column.name;
        }
    for (const auto& [what, list] : columns) text += fmt::format("      {}: {}\n", what, list);
}

void addTables(std::string& text, const Catalog& catalog) {
    std::uint64_t rows = 0;
    std::size_t width = 0;
    for (const Table& table : catalog.tables) {
        rows += table.rows;
        width = std::max(width, table.qualifiedName().size());
    }
    text += fmt::format("    {}, {}\n", count(catalog.tables.size(), "table"), count(rows, "row"));
    for (const Table& table : catalog.tables)
        text += fmt::format("      {:<{}}  {:>12}\n", table.qualifiedName(), width, count(table.rows));
    addTypes(text, catalog);
}

void addEntryKinds(std::string& text, const Catalog& catalog) {
    for (const EntryKindTotals& kind : catalog.entryKinds)
        text += fmt::format("    {}: {} of {}, {}, {}\n", kind.kind, count(kind.files, "file"),
                            count(kind.users, "user"), count(kind.folders, "folder"), bytes(kind.bytes));
}

void addObjects(std::string& text, const Catalog& catalog) {
    if (catalog.objects.empty()) return;
    text += "    described in the schema only:";
    std::vector<std::pair<std::string, std::uint64_t>> types;
    for (const NativeObject& object : catalog.objects) {
        const auto same =
            std::ranges::find(types, object.type, &std::pair<std::string, std::uint64_t>::first);
        if (same == types.end())
            types.emplace_back(object.type, 1);
        else
            ++same->second;
    }
    for (std::size_t i = 0; i < types.size(); ++i)
        text += fmt::format("{} {}", i == 0 ? "" : ",", count(types[i].second, types[i].first.c_str()));
    text += "\n";
}

/// With their native text, indented, so that they can be made by hand.
void addLosses(std::string& text, const std::vector<Loss>& losses) {
    if (losses.empty()) return;
    text += "    changed or left out there:\n";
    for (const Loss& loss : losses) {
        text += "      " + loss.text() + "\n";
        for (std::size_t at = 0; at < loss.sql.size();) {
            const std::size_t end = std::min(loss.sql.find('\n', at), loss.sql.size());
            text += "        | " + printable(loss.sql.substr(at, end - at)) + "\n";
            at = end + 1;
        }
    }
}

/// Whether a warning tells of what addLosses() has shown.
bool isLoss(const Plan& plan, const Notice& warning) {
    return std::ranges::any_of(plan.sinks, [&](const PlannedSink& sink) {
        return sink.context->label() == warning.stage &&
               std::ranges::any_of(sink.acceptance.losses, [&](const Loss& loss) {
                   return sink.context->inOwnWords(loss.text()) == warning.message;
               });
    });
}

/// Counts as people read them; the key "size" means bytes.
std::string readable(const std::string& key, const std::string& value) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || end != value.data() + value.size()) return value;
    return key == "size" ? bytes(number) : count(number);
}

}  // namespace

std::string describePlan(const Plan& plan, const RunEnvironment& environment) {
    std::string text = environment.pipelineName + ": this would move\n";
    for (const PlannedSource& source : plan.sources) {
        text += "  from " + source.context->label() + "\n";
        if (!source.catalog.tables.empty()) addTables(text, source.catalog);
        addEntryKinds(text, source.catalog);
        addObjects(text, source.catalog);
    }
    const std::vector<Notice> notes = environment.notices.notes.list();
    for (const PlannedTransform& transform : plan.transforms) {
        text += "  through " + transform.context->label() + "\n";
        for (const Notice& note : notes)
            if (note.stage == transform.context->label()) text += "    " + note.message + "\n";
    }
    for (const PlannedSink& sink : plan.sinks)
        text += fmt::format("  to {}: {}\n", sink.context->label(), sink.acceptance.target);
    for (const PlannedSink& sink : plan.sinks) addLosses(text, sink.acceptance.losses);
    for (const std::string& line : plan.destroys()) text += "  replaces: " + line + "\n";
    const std::vector<Notice> warnings = environment.notices.warnings.list();
    for (const Notice& warning : warnings)
        if (!isLoss(plan, warning))
            text += fmt::format("  warning: {}: {}\n", warning.stage, warning.message);
    return text;
}

std::string describeOutcome(const Run& run, const RunOutcome& outcome, const RunEnvironment& environment) {
    std::string text = fmt::format("{}: done in {}\n", environment.pipelineName, duration(outcome.elapsed));
    for (std::size_t i = 0; i < run.progress().size(); ++i) {
        const SourceProgress& source = *run.progress()[i];
        const Catalog& catalog = run.plan()->sources[i].catalog;
        text += "  from " + source.label + ":";
        if (!catalog.tables.empty())
            text += fmt::format(" {}, {}", count(catalog.tables.size(), "table"), count(source.rows, "row"));
        if (!catalog.entryKinds.empty())
            text += fmt::format("{} {}, {}", catalog.tables.empty() ? "" : ",", count(source.files, "file"),
                                bytes(source.bytes));
        if (catalog.tables.empty() && catalog.entryKinds.empty()) text += " nothing";
        text += "\n";
    }
    for (const SinkOutcome& sink : outcome.sinks) {
        text += fmt::format("  to {}: {}\n", sink.label, sink.target);
        for (const auto& [key, value] : sink.summary)
            text += fmt::format("    {}: {}\n", key, readable(key, value));
    }
    if (const std::uint64_t warnings = environment.notices.warnings.count(); warnings > 0)
        text += "  " + count(warnings, "warning") + ", see above\n";
    if (const std::uint64_t aside = environment.notices.setAside.count(); aside > 0) {
        text += "  set aside: " + count(aside, "item") + "\n";
        constexpr std::size_t shown = 20;
        const std::vector<Notice> list = environment.notices.setAside.list();
        for (std::size_t i = 0; i < std::min(list.size(), shown); ++i)
            text += fmt::format("    {}: {}\n", list[i].subject, list[i].message);
        if (aside > shown) text += "    and more; --report FILE lists them\n";
    }
    return text;
}

}  // namespace roost::cli
