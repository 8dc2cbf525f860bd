// The transform `user-filter`: the data of chosen users, and nobody else's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/ownership/selection.hpp"
#include "lib/ownership/user_copy.hpp"
#include "roost/plugin.hpp"

namespace roost {

class UserFilter final : public Transform {
public:
    enum class Unowned : std::uint8_t { exclude, include };

    struct Options {
        std::vector<std::string> users;
        std::vector<std::string> exclude;
        TextMap where;
        std::vector<std::string> names;
        std::string usersTable = "users";
        TextMap owner;
        TextMap match;
        Unowned unowned = Unowned::exclude;
        std::vector<std::string> includeTables;
        ownership::References references = ownership::References::fail;
        std::string filesBy;
        bool allowEmpty = false;
        std::string as;
        TextMap asValues;
        std::vector<std::string> asWithout;
        std::vector<std::string> asPaths;
        TextMap asReferences;
    };

    static PluginInfo info();
    static const OptionTable<Options>& options();
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics);

    explicit UserFilter(Options options) : options_(std::move(options)) {}

    /// All is done by connect(), which can look at the data.
    void rewrite(Catalog&, Context&) override {}
    [[nodiscard]] bool choosesOwners() const override { return true; }
    void connect(SourceAccess& sources, Catalog& catalog, Context& context) override;
    bool apply(Item& item) override;

private:
    /// A table on its way.
    struct Passage {
        ownership::TableSelection selection;
        std::uint64_t seen = 0;
        std::uint64_t kept = 0;
    };

    [[nodiscard]] ownership::SelectionOptions selectionOptions() const;
    void makeCopy(ownership::Selection& selection, SourceAccess& sources, const Catalog& catalog,
                  Context& context);
    void restrictSources(const ownership::Selection& selection, SourceAccess& sources, Catalog& catalog,
                         Context& context);
    void dropTables(const ownership::Selection& selection, Catalog& catalog, Context& context) const;
    [[nodiscard]] static BatchPtr pick(const BatchPtr& batch, Passage& passage);

    Options options_;
    std::map<TableId, Passage> passages_;  ///< of the tables that go along
    std::shared_ptr<const OwnerChoice> owners_;
    std::unique_ptr<const ownership::UserCopy> copy_;  ///< null without `as`
};

}  // namespace roost
