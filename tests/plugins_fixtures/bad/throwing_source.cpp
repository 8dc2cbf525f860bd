// A source that fails in the call that it is told to fail in.
#include "fault.hpp"
#include "roost/plugin.hpp"

namespace {

using namespace roost;

class ThrowingSource final : public Source {
public:
    enum class Call { none, check, constructor, catalog, removesFiles, next, read, tidy };
    struct Options {
        Location url;
        Call in = Call::none;
        bad::Fault how = bad::Fault::error;
    };

    static PluginInfo info() {
        return {"throwing-source", "1.0", "Fails in one of its calls, for tests", "storage", {"throwing"}};
    }
    static const OptionTable<Options>& options() {
        static const auto table =
            OptionTable<Options>()
                .url(&Options::url, "Says nothing more than its scheme.")
                .example("throwing:x")
                .choice("in", &Options::in,
                        {"none", "check", "constructor", "catalog", "removes-files", "next", "read", "tidy"},
                        "The call that fails.")
                .choice("how", &Options::how, bad::faultNames(), "How it fails.");
        return table;
    }
    static void check(const Options& options, const Node&, Diagnostics&) { fail(options, Call::check); }

    explicit ThrowingSource(Options options) : options_(std::move(options)) {
        fail(options_, Call::constructor);
    }

    Catalog catalog(Context&) override {
        fail(options_, Call::catalog);
        Catalog catalog;
        catalog.entryKinds.push_back({"documents", 1, 0, 3, 1});
        return catalog;
    }
    [[nodiscard]] bool removesFiles() const override {
        fail(options_, Call::removesFiles);
        return false;
    }
    bool next(Item& item) override {
        fail(options_, Call::next);
        if (std::exchange(given_, true)) return false;
        Entry entry;
        entry.kind = "documents";
        entry.owner = "alice";
        entry.path = "a.txt";
        entry.size = 3;
        entry.content = std::make_unique<Reader>(options_);
        item = std::move(entry);
        return true;
    }
    void tidy() override { fail(options_, Call::tidy); }

private:
    class Reader final : public ByteReader {
    public:
        explicit Reader(const Options& options) : options_(options) {}
        std::size_t read(std::span<std::byte> buffer) override {
            fail(options_, Call::read);
            if (std::exchange(given_, true)) return 0;
            std::fill_n(buffer.begin(), 3, std::byte{'x'});
            return 3;
        }

    private:
        const Options& options_;
        bool given_ = false;
    };

    static void fail(const Options& options, Call call) {
        if (options.in == call) bad::commit(options.how, "source");
    }

    Options options_;
    bool given_ = false;
};

}  // namespace

ROOST_PLUGIN(ThrowingSource)
