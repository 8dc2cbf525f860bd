// The transform `schema-map`: a catalog of one database kind for the other's sink, and by the user's rules.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/sql/mapping/ruled_mapping.hpp"
#include "roost/plugin.hpp"

namespace roost {

class SchemaMap final : public Transform {
public:
    enum class To : std::uint8_t { automatic, sqlite, postgresql };
    enum class Schemas : std::uint8_t { prefix, strip };

    struct Options {
        To to = To::automatic;
        std::vector<sql::mapping::SchemaRule> rules;
        Schemas schemas = Schemas::prefix;
        std::string schema;
    };

    static PluginInfo info();
    static const OptionTable<Options>& options();
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics);

    explicit SchemaMap(Options options) : options_(std::move(options)) {}

    void rewrite(Catalog& catalog, Context& context) override;
    /// Leaves out what rules drop. Values stay as they are: a sink converts each for the type that its own
    /// column has.
    bool apply(Item& item) override;

private:
    /// The dialect that the tables are rewritten for; nothing where they stay as they are.
    [[nodiscard]] std::optional<sql::mapping::Dialect> target(const Catalog& catalog, Context& context) const;
    [[nodiscard]] bool changesWithinDialect() const {
        return !options_.rules.empty() || options_.schemas == Schemas::strip || !options_.schema.empty();
    }

    Options options_;
    sql::mapping::RowChanges rows_;
};

}  // namespace roost
