// The storage sink for s3://bucket/prefix: users' files into a bucket, all of them or none.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/s3/key_layout.hpp"
#include "lib/s3/s3_options.hpp"
#include "lib/storage/layout.hpp"
#include "lib/storage/restore_options.hpp"
#include "roost/option_table.hpp"
#include "roost/plugin.hpp"
#include "roost/stage.hpp"

namespace roost::s3 {

/// Stages everything where it does not show and puts it in place once the run is decided. Kinds that the
/// catalog lists end up as `mode` says; others are not touched.
class S3Sink final : public Sink {
public:
    struct Options : storage::RestoreOptions, S3Options {
        Location url;
        bool folderMarkers = false;
    };
    static PluginInfo info();
    static const OptionTable<Options>& options();
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
        checkStorage(options.url, options.kinds, settings, diagnostics);
    }
    static std::string recover(const std::string& record, Decision decision, Context& context);

    explicit S3Sink(Options options);
    ~S3Sink() override;

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

    [[nodiscard]] std::size_t kindOf(const Entry& entry) const;
    [[nodiscard]] std::string keyOf(const Entry& entry, std::size_t kind) const;
    [[nodiscard]] bool isThere(const std::string& key, Entry& entry);
    void journal();
    void countEmptyFolder(const Entry* next);
    [[nodiscard]] std::vector<EntryKindTotals> protectedKinds(const Catalog& catalog) const;

    Options options_;
    storage::Layout layout_;
    KeyLayout keys_;
    std::vector<std::string> takesAll_;  ///< what goes with nobody having said so, where nothing comes
    std::vector<bool> scope_;            ///< which kinds of the layout the catalog lists
    std::shared_ptr<const OwnerChoice> owners_;  ///< whose files come; null for everybody's
    std::unique_ptr<Work> work_;
};

}  // namespace roost::s3
