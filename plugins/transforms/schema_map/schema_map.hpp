// The transform `schema-map`: a catalog of one database kind for the other's sink.
#pragma once

#include <cstdint>

#include "roost/plugin.hpp"

namespace roost {

class SchemaMap final : public Transform {
public:
    enum class To : std::uint8_t { automatic, sqlite, postgresql };

    struct Options {
        To to = To::automatic;
    };

    static PluginInfo info();
    static const OptionTable<Options>& options();

    explicit SchemaMap(Options options) : options_(options) {}

    void rewrite(Catalog& catalog, Context& context) override;
    /// Values stay as they are: a sink converts each for the type that its own column has.
    bool apply(Item&) override { return true; }

private:
    Options options_;
};

}  // namespace roost
