// The storage source for file:PATH: users' files in a folder of the file system.
#pragma once

#include <memory>
#include <string>

#include "lib/storage/tree_walk.hpp"
#include "lib/storage/user_trees.hpp"
#include "roost/plugin.hpp"
#include "roost/stage.hpp"
#include "sources/files/files_options.hpp"

namespace roost::storage {

/// Gives the files and folders of every user, sorted by the bytes of "kind/user/path" (folders with a '/'
/// behind them). catalog() walks through all of it without opening a file; next() walks again. Every folder
/// comes before what lies in it, a kind's own folder with an empty path.
class FilesSource final : public Source {
public:
    using Options = FilesOptions;
    static PluginInfo info();
    static const OptionTable<Options>& options();
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
        checkLayout(options.url, options.kinds, settings, diagnostics);
    }

    explicit FilesSource(Options options);
    ~FilesSource() override;

    Catalog catalog(Context& context) override;
    bool next(Item& item) override;
    void chooseOwners(std::shared_ptr<const OwnerChoice> owners, Catalog& catalog) override;

private:
    struct Walk;

    void takeInventory(Catalog& catalog);
    [[nodiscard]] bool openTree();
    void tellPassedOver() const;

    Options options_;
    Layout layout_;
    std::string rootName_;
    std::shared_ptr<const OwnerChoice> owners_;  ///< null for all
    std::unique_ptr<Walk> walk_;
};

}  // namespace roost::storage
