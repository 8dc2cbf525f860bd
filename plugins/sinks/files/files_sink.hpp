// The storage sink for file:PATH: users' files into a folder of the file system, all of them or none.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/storage/layout.hpp"
#include "lib/storage/restore_options.hpp"
#include "roost/option_table.hpp"
#include "roost/plugin.hpp"
#include "roost/stage.hpp"

namespace roost::storage {

/// Stages everything in a folder beside the users' folders, and exchanges each user's folder of each kind by
/// a rename once the run is decided. Kinds that the catalog lists end up as `mode` says; others are not
/// touched.
class FilesSink final : public Sink {
public:
    struct Options : RestoreOptions {
        Location url;
    };
    static PluginInfo info();
    static const OptionTable<Options>& options();
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
        checkLayout(options.url, options.kinds, settings, diagnostics);
    }
    static std::string recover(const std::string& record, Decision decision, Context& context);

    explicit FilesSink(Options options);
    ~FilesSink() override;

    [[nodiscard]] CommitRole commitRole() const override { return CommitRole::follows; }
    Acceptance accept(const Catalog& catalog, Context& context) override;
    void begin(const Catalog& catalog, Context& context) override;
    void write(Item& item) override;
    void prepare() override;
    void commit() override;
    void tidy() override;
    void abort() noexcept override;
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> summary() const override;

private:
    struct Work;

    void makeRoot();
    [[nodiscard]] std::size_t kindOf(const Entry& entry) const;
    void enterUnit(const Entry& entry, std::size_t kind);
    void adoptPresent();
    void listStaged(class UnitList& list);
    void listStale(class UnitList& list);
    [[nodiscard]] bool isStale(int fresh, std::size_t kind, const std::string& user) const;
    void checkPlace(std::size_t kind, const std::string& owner) const;

    Options options_;
    Layout layout_;
    std::string rootName_;               ///< for messages
    std::vector<bool> scope_;            ///< which kinds of the layout the catalog lists
    std::vector<std::string> takesAll_;  ///< what goes with nobody having said so, where nothing comes
    std::shared_ptr<const OwnerChoice> owners_;  ///< whose files come; null for everybody's
    std::unique_ptr<Work> work_;
};

}  // namespace roost::storage
