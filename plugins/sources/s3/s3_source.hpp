// The storage source for s3://bucket/prefix: users' files in a bucket.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lib/s3/key_layout.hpp"
#include "lib/s3/s3_options.hpp"
#include "lib/storage/layout.hpp"
#include "lib/storage/read_choice.hpp"
#include "roost/plugin.hpp"
#include "roost/stage.hpp"

namespace roost::s3 {

/// Gives the objects of every user, sorted by the bytes of "kind/user/path". catalog() lists them once;
/// next() reads the versions that were listed.
class S3Source final : public Source {
public:
    enum class OnUnknown : std::uint8_t { warn, fail };
    struct Options : S3Options {
        Location url;
        TextMap kinds = storage::defaultKinds();
        OnUnknown unknown = OnUnknown::warn;
        storage::OnUnreadable onUnreadable = storage::OnUnreadable::fail;
        storage::OnChanged onChanged = storage::OnChanged::warn;
    };
    static PluginInfo info();
    static const OptionTable<Options>& options();
    static void check(const Options& options, const Node& settings, Diagnostics& diagnostics) {
        checkStorage(options.url, options.kinds, settings, diagnostics);
    }

    explicit S3Source(Options options);
    ~S3Source() override;

    Catalog catalog(Context& context) override;
    bool next(Item& item) override;
    void chooseOwners(std::shared_ptr<const OwnerChoice> owners, Catalog& catalog) override;

private:
    struct Work;
    void takeInventory(Catalog& catalog);

    Options options_;
    storage::Layout layout_;
    KeyLayout keys_;
    std::shared_ptr<const OwnerChoice> owners_;  ///< null for all
    std::unique_ptr<Work> work_;
};

}  // namespace roost::s3
