#include "roost/stage.hpp"

#include "roost/error.hpp"

namespace roost {

namespace {

[[noreturn]] void refuseReading() {
    throw Error("this source gives its data once, and what is asked for takes more than one look",
                "use a database or an archive in a file as the source");
}

}  // namespace

void Context::note(const std::string& message) { static_cast<void>(message); }

void Source::reread(const std::vector<TableRead>&, const RowVisitor&) { refuseReading(); }

std::uint64_t Source::restrict(TableId, const RowCondition&) { refuseReading(); }

void Source::chooseOwners(std::shared_ptr<const OwnerChoice>, Catalog&) {
    throw Error("this source cannot leave out files by their owner",
                "use a storage or an archive in a file as the source");
}

std::int64_t Sink::firstFree(const Table&, const std::string&, Context&) { return 1; }

void Transform::connect(SourceAccess&, Catalog&, Context&) {}

}  // namespace roost
