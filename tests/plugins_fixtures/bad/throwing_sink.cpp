// A sink that fails in the call that it is told to fail in. It publishes an empty file.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "fault.hpp"
#include "roost/plugin.hpp"

namespace {

using namespace roost;

class ThrowingSink final : public Sink {
public:
    enum class Call {
        none,
        constructor,
        dialect,
        role,
        accept,
        begin,
        write,
        prepare,
        commit,
        tidy,
        abort,
        summary,
        recover,
        destructor
    };
    struct Options {
        Location url;
        Call in = Call::none;
        bad::Fault how = bad::Fault::error;
        bool journals = false;
    };

    static PluginInfo info() {
        return {"throwing", "1.0", "Fails in one of its calls, for tests", "archive", {"throwing"}};
    }
    static const OptionTable<Options>& options() {
        static const auto table =
            OptionTable<Options>()
                .url(&Options::url, "The file that it makes.")
                .example("file:a.throwing")
                .choice("in", &Options::in,
                        {"none", "constructor", "dialect", "role", "accept", "begin", "write", "prepare",
                         "commit", "tidy", "abort", "summary", "recover", "destructor"},
                        "The call that fails.")
                .choice("how", &Options::how, bad::faultNames(), "How it fails.")
                .boolean("journals", &Options::journals,
                         "Keeps half a file beside the target, and a journal of it.");
        return table;
    }

    explicit ThrowingSink(Options options) : options_(std::move(options)) { fail(Call::constructor); }
    ~ThrowingSink() override {
        if (options_.in == Call::destructor) bad::commit(options_.how, "sink");
    }
    ThrowingSink(const ThrowingSink&) = delete;
    ThrowingSink& operator=(const ThrowingSink&) = delete;
    [[nodiscard]] std::string dialect() const override {
        fail(Call::dialect);
        return {};
    }
    [[nodiscard]] CommitRole commitRole() const override {
        fail(Call::role);
        return CommitRole::alone;
    }
    Acceptance accept(const Catalog&, Context&) override {
        fail(Call::accept);
        Acceptance acceptance;
        acceptance.tables = acceptance.entries = true;
        acceptance.target = options_.url.path();
        return acceptance;
    }
    void begin(const Catalog&, Context& context) override {
        if (options_.journals) {
            if (!context.journal(part())) throw Error("it cannot do without a journal");
            std::ofstream(part()) << "half";
        }
        fail(Call::begin);
        if (options_.in == Call::recover)
            context.journal(bad::faultNames().at(static_cast<std::size_t>(options_.how)));
    }
    void write(Item&) override { fail(Call::write); }
    void prepare() override { fail(Call::prepare); }
    void commit() override {
        fail(Call::commit);
        std::ofstream(options_.url.path()).flush();
    }
    void tidy() override {
        fail(Call::tidy);
        removePart();
    }
    void abort() noexcept override {
        fail(Call::abort);
        removePart();
    }
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> summary() const override {
        fail(Call::summary);
        return {};
    }

    static std::string recover(const std::string& record, Context&) {
        const auto names = bad::faultNames();
        const auto fault = std::ranges::find(names, record);
        if (fault == names.end()) {
            std::filesystem::remove(record);
            return "removed " + record;
        }
        bad::commit(static_cast<bad::Fault>(fault - names.begin()), "sink");
        return {};
    }

private:
    [[nodiscard]] std::string part() const { return options_.url.path() + ".part"; }
    void removePart() const noexcept {
        std::error_code ignored;
        std::filesystem::remove(part(), ignored);
    }
    void fail(Call call) const {
        if (options_.in == call) bad::commit(options_.how, "sink");
    }

    Options options_;
};

}  // namespace

ROOST_PLUGIN(ThrowingSink)
