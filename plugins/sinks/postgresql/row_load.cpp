#include "sinks/postgresql/row_load.hpp"

#include <string>
#include <utility>
#include <vector>

#include "lib/sql/postgresql/row_encoder.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::postgresql {

using namespace sql::postgresql;
using sql::quoteIdentifier;
using sql::TableAction;
using storage::shownName;

RowLoad::RowLoad(Connection& connection, Destination& destination, const LoadSettings& settings,
                 sql::BadValues& bad, Context& context)
    : connection_(connection), destination_(destination), settings_(settings), bad_(bad), context_(context) {
    const sql::TableLoad& load = *destination_.load;
    const bool encoded = connection.parameter("server_encoding") != "SQL_ASCII";
    std::vector<LoadedColumn> columns;
    for (std::size_t i = 0; i < load.columns.size(); ++i) {
        const std::size_t from = load.columns[i].from;
        columns.push_back({from, CellConverter(destination_.columns[i], load.from->columns[from], encoded),
                           load.to->columns[load.columns[i].to].nullable});
    }
    CopyTarget target{load.from, destination_.copySchema, destination_.copyRelation, {}, {}};
    for (const std::size_t place : load.key)
        target.key.push_back({destination_.columns[place].name, load.columns[place].from});
    if (load.action == TableAction::create)
        target.widen = [this](const TargetColumn& column) { return widen(column); };
    if (isVerified()) destination_.fields.emplace(destination_.columns, load.key);
    copy_.emplace(connection_, std::move(target), RowEncoder(std::move(columns)), bad_,
                  destination_.fields ? &*destination_.fields : nullptr);
}

/// What triggers make of rows is not what came, nor need those be that were there already; and that is as it
/// should be.
bool RowLoad::isVerified() const {
    const bool fires = settings_.triggers == Triggers::fire && !settings_.rehearsal;
    const bool adds =
        destination_.load->action == TableAction::merge && settings_.tables.mode == sql::LoadMode::add;
    return settings_.verify && !fires && !adds && !destination_.load->columns.empty();
}

/// Makes a column of a new table one of text. Not where something of the table stands on its type.
bool RowLoad::widen(const TargetColumn& column) {
    const std::string name = quoteIdentifier(column.name);
    const std::string action = "make column '" + column.name + "' one of text";
    connection_.execute("SAVEPOINT roost_widen", action);
    try {
        connection_.query("ALTER TABLE " + destination_.table + " ALTER COLUMN " + name +
                              " DROP DEFAULT, ALTER COLUMN " + name + " TYPE text",
                          action);
    } catch (const ServerError& error) {
        if (error.sqlState().empty() || connection_.lost()) throw;
        connection_.execute("ROLLBACK TO SAVEPOINT roost_widen; RELEASE SAVEPOINT roost_widen", action);
        return false;
    }
    connection_.execute("RELEASE SAVEPOINT roost_widen", action);
    return true;
}

std::uint64_t RowLoad::finish(std::uint64_t came) {
    const std::uint64_t taken = copy_->finish();
    tellConversions();
    destination_.digest = copy_->digest();
    const std::string name = destination_.load->from->qualifiedName();
    const std::uint64_t expected = came - bad_.leftOut(name);
    if (taken != expected) {
        const std::string message = "table " + shownName(name) + " has taken " +
                                    storage::counted(taken, "row", "rows") + " of " +
                                    std::to_string(expected) + " that came";
        if (settings_.triggers == Triggers::skip || settings_.rehearsal) throw Error(message);
        context_.warn(message + ": a trigger has left out the others");
    }
    return taken;
}

void RowLoad::tellConversions() {
    const std::string table = shownName(copy_->target().from->qualifiedName());
    for (const LoadedColumn& column : copy_->encoder().columns()) {
        const Conversions& done = column.converter.conversions();
        const std::string of =
            " of column '" + shownName(column.converter.column().name) + "' in table " + table;
        if (done.cutFractions > 0)
            context_.warn("converted " + storage::counted(done.cutFractions, "time", "times") + of +
                          ": digits of a second beyond what " + column.converter.column().typeName +
                          " keeps were cut off");
        if (done.droppedOffsets > 0)
            context_.warn("converted " + storage::counted(done.droppedOffsets, "time", "times") + of + ": " +
                          column.converter.column().typeName + " does not keep the offset from UTC that " +
                          (done.droppedOffsets == 1 ? "it" : "they") + " had");
    }
}

}  // namespace roost::postgresql
