// Shared objects that are no plugins for this roost, each in one way; BAD_... says which.
#include <new>
#include <stdexcept>

#include "roost/plugin.hpp"

namespace {

class Keeper final : public roost::Transform {
public:
    struct Options {};
    static roost::PluginInfo info() {
#ifdef BAD_NO_ROLE
        return {"keeper", "1.0", "Changes nothing, for tests", "", { "keeper" }};
#else
        return {"keeper", "1.0", "Changes nothing, for tests", "keeper", { "keeper" }};
#endif
    }
    static const roost::OptionTable<Options>& options() {
#ifdef BAD_OPTIONS_THROW
        throw std::runtime_error("the options are not known yet");
#endif
        static const roost::OptionTable<Options> table;
        return table;
    }
    explicit Keeper(Options) {}
    void rewrite(roost::Catalog&, roost::Context&) override {}
    bool apply(roost::Item&) override { return true; }
};

#ifdef BAD_INITIALISER_THROWS
const int thrown = [] {
    if (roost::abiNumber > 0) throw std::runtime_error("the licence is missing");
    return 0;
}();
#endif

#ifndef BAD_ABI
#define BAD_ABI roost::abiNumber
#endif
#ifndef BAD_TOOLCHAIN
#define BAD_TOOLCHAIN roost::toolchainStamp
#endif

}  // namespace

extern "C" __attribute__((visibility("default"))) const roost::PluginDescriptor* roost_plugin_v1() {
#ifdef BAD_ENTRY_THROWS
    throw std::runtime_error("not today");
#elif defined(BAD_ENTRY_NOTHING)
    return nullptr;
#else
    static const roost::StageFactory<Keeper> factory;
    static const roost::PluginDescriptor descriptor{BAD_ABI, sizeof(roost::PluginDescriptor), BAD_TOOLCHAIN,
                                                    &factory};
    return &descriptor;
#endif
}
