// A single-user installation of Aviary, as the first user of a multi-user one.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "roost/option_table.hpp"
#include "roost/plugin.hpp"
#include "roost/stage.hpp"
#include "sources/aviary_single_user/account.hpp"
#include "sources/aviary_single_user/documents.hpp"
#include "sources/aviary_single_user/single_user_options.hpp"

namespace roost::single_user {

/// Gives the tables `users` and `api_keys`, as Aviary would fill them at its first start with users, and the
/// documents as the user's. Nothing of the installation changes but, with `move` and after the commit, that
/// the documents leave their old place.
class SingleUserSource final : public Source {
public:
    using Options = SingleUserOptions;
    static PluginInfo info();
    static const OptionTable<Options>& options();
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics);

    explicit SingleUserSource(Options options);
    ~SingleUserSource() override;

    Catalog catalog(Context& context) override;
    bool next(Item& item) override;
    void tidy() override;
    [[nodiscard]] bool removesFiles() const override { return options_.move; }

private:
    void checkKey(Catalog& catalog);
    void readConfig(Catalog& catalog);
    void countDocuments(Catalog& catalog);
    void checkList() const;
    void makeRows();

    Options options_;
    std::string userId_;
    Context* context_ = nullptr;
    std::string keyFault_;
    std::string rmapiConfig_;
    Catalog tables_;
    std::unique_ptr<Documents> documents_;
    std::deque<Item> rows_;
    bool begun_ = false;
};

}  // namespace roost::single_user
