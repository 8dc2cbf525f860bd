// The transform `mask`: values of columns replaced, for data that others get.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "roost/plugin.hpp"
#include "transforms/mask/keyed_hash.hpp"
#include "transforms/mask/mask_plan.hpp"
#include "transforms/mask/mask_rule.hpp"

namespace roost {

class Mask final : public Transform {
public:
    enum class Secrets : std::uint8_t { keep, drop };

    struct Options {
        std::vector<mask::MaskRule> rules;
        std::string key;
        Secrets secrets = Secrets::keep;
        std::vector<std::string> secretColumns;
    };

    static PluginInfo info();
    static const OptionTable<Options>& options();
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics);

    explicit Mask(Options options) : options_(std::move(options)) {}

    void rewrite(Catalog& catalog, Context& context) override;
    bool apply(Item& item) override;

private:
    Options options_;
    std::optional<mask::KeyedHash> hash_;
    std::map<TableId, std::vector<mask::ColumnMasks>> masks_;
};

}  // namespace roost
