// A transform that fails in the call that it is told to fail in.
#include "fault.hpp"
#include "roost/plugin.hpp"

namespace {

using namespace roost;

class ThrowingTransform final : public Transform {
public:
    enum class Call { none, constructor, choosesOwners, rewrite, connect, apply };
    struct Options {
        Call in = Call::none;
        bad::Fault how = bad::Fault::error;
    };

    static PluginInfo info() {
        return {"throwing", "1.0", "Fails in one of its calls, for tests", "throwing", {"throwing"}};
    }
    static const OptionTable<Options>& options() {
        static const auto table =
            OptionTable<Options>()
                .choice("in", &Options::in,
                        {"none", "constructor", "chooses-owners", "rewrite", "connect", "apply"},
                        "The call that fails.")
                .choice("how", &Options::how, bad::faultNames(), "How it fails.");
        return table;
    }

    explicit ThrowingTransform(Options options) : options_(std::move(options)) { fail(Call::constructor); }
    [[nodiscard]] bool choosesOwners() const override {
        fail(Call::choosesOwners);
        return false;
    }
    void rewrite(Catalog&, Context&) override { fail(Call::rewrite); }
    void connect(SourceAccess&, Catalog&, Context&) override { fail(Call::connect); }
    bool apply(Item&) override {
        fail(Call::apply);
        return true;
    }

private:
    void fail(Call call) const {
        if (options_.in == call) bad::commit(options_.how, "transform");
    }

    Options options_;
};

}  // namespace

ROOST_PLUGIN(ThrowingTransform)
