// The three kinds of stage. A plugin derives from one of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "roost/catalog.hpp"
#include "roost/context.hpp"
#include "roost/item.hpp"
#include "roost/row_condition.hpp"

namespace [[gnu::visibility("default")]] roost {

/// What a sink answers to a catalog.
struct Acceptance {
    bool tables = false;                ///< it takes rows
    bool entries = false;               ///< it takes files and folders
    std::string target;                 ///< where it will write, for people, without secrets
    std::vector<std::string> refusals;  ///< what makes the run impossible; empty when it can go on
    std::vector<std::string> warnings;  ///< what the plan should tell
    std::vector<Loss> losses;           ///< those of the catalog, and its own, that concern what it makes
    std::vector<std::string> destroys;  ///< what will be replaced or removed; asks for --yes when not empty
    /// In a dry run the sink wants the content too, to check it: begin(), write() and prepare() follow, in a
    /// place of their own that never touches the target's data, and then abort().
    bool rehearses = false;
};

/// How a sink's commit relates to those of the others in its run.
enum class CommitRole : std::uint8_t {
    alone,    ///< one atomic step of its own
    decides,  ///< a transaction: its commit decides for the run, and PluginFactory::decision() can tell later
    follows,  ///< a step that recovery repeats or undoes, as the run was decided
};

/// How often a source can be read, beside what next() gives.
enum class RowAccess : std::uint8_t {
    once,    ///< not again
    again,   ///< reread() gives all rows of a table
    chosen,  ///< reread() and restrict() find the rows that a condition asks for
};

/// Takes rows that reread() gives: which of the reads they are of (its position), and the rows, whose cells
/// stand in the order of TableRead::columns. They come in the order in which next() gives them.
using RowVisitor = std::function<void(std::size_t read, const Batch& rows)>;

/// Where data comes from. One thread at a time uses it; catalog() first, once.
class Source {
public:
    virtual ~Source() = default;
    /// What there is. Opens the snapshot that next() reads; nothing is written anywhere but in temporary
    /// files. Table ids are positions in Catalog::tables. Throws roost::Error.
    virtual Catalog catalog(Context& context) = 0;
    /// Moves to the next item. False at the end. An Entry's content is valid until the next call.
    virtual bool next(Item& item) = 0;
    /// What the three calls below can do; after catalog(). They come before the first next(), from one
    /// thread.
    [[nodiscard]] virtual RowAccess rowAccess() const { return RowAccess::once; }
    /// Reads columns of some tables, from the state that next() will read. Conditions only where the access
    /// is `chosen`. Throws roost::Error, which says why and what to do where the source gives its data once.
    virtual void reread(const std::vector<TableRead>& reads, const RowVisitor& visit);
    /// next() gives of a table only the rows of which `rows` is true. Only where the access is `chosen`.
    /// Returns how many they are where the context asks for exact counts, else what the catalog said.
    virtual std::uint64_t restrict(TableId table, const RowCondition& rows);
    /// next() gives only entries of these owners. Brings the totals and the warnings of `catalog`, the
    /// source's own, up to date; neither they nor messages name anybody else's files any more. Called once,
    /// where Context::ownersFollow() said so.
    virtual void chooseOwners(std::shared_ptr<const OwnerChoice> owners, Catalog& catalog);
    /// After every sink has committed and tidied: what may only then be done to the source (a move removes
    /// what was moved). Never in a dry run. What it throws leaves the run committed.
    virtual void tidy() {}
    /// Whether tidy() removes files. A run in which a transform leaves some of their kind out is refused
    /// then: they would be lost. Asked after catalog().
    [[nodiscard]] virtual bool removesFiles() const { return false; }
};

/// A transform's way to the sources (and to what the sinks have), for the call of Transform::connect() alone.
/// Tables have the numbers and columns that they have in the run's catalog.
class SourceAccess {
public:
    virtual ~SourceAccess() = default;
    /// True where no other transform stands before: what the sources hold is what apply() will see.
    [[nodiscard]] virtual bool isFirst() const = 0;
    [[nodiscard]] virtual RowAccess access(TableId table) const = 0;
    /// True where one source holds both tables, so that a condition on one may look at the other.
    [[nodiscard]] virtual bool together(TableId one, TableId other) const = 0;
    /// See Source. Reads of several sources are sorted to them.
    virtual void reread(const std::vector<TableRead>& reads, const RowVisitor& visit) = 0;
    virtual std::uint64_t restrict(TableId table, const RowCondition& rows) = 0;
    /// For all sources that have entries; brings `catalog.entryKinds` up to date.
    virtual void chooseOwners(const std::shared_ptr<const OwnerChoice>& owners, Catalog& catalog) = 0;
    /// Of the run's sinks: the highest answer of Sink::firstFree(); 1 where none has the table.
    virtual std::int64_t firstFree(const Table& table, const std::string& column) = 0;
};

/// What changes data on its way. rewrite() first, once, then connect(); apply() then from one thread.
class Transform {
public:
    virtual ~Transform() = default;
    /// Makes the catalog what apply() will make of the content. Keeps the ids of the tables that it keeps.
    virtual void rewrite(Catalog& catalog, Context& context) = 0;
    /// True for one whose connect() will call chooseOwners(): sources then wait with counting files.
    [[nodiscard]] virtual bool choosesOwners() const { return false; }
    /// After its rewrite() and before anything else sees the catalog: for what has to look at the data to
    /// know what apply() will leave. May change the catalog, too.
    virtual void connect(SourceAccess& sources, Catalog& catalog, Context& context);
    /// Changes the item in place; false drops it. Batches are shared: replace one, never change one.
    virtual bool apply(Item& item) = 0;
};

/// Where data goes: accept(), then begin(), write() for each item, prepare(), and commit() or abort(). One
/// thread at a time uses it. A destructor never publishes: without commit() the target stays as it was.
class Sink {
public:
    virtual ~Sink() = default;
    /// The dialect of the tables that it takes, as Catalog::dialect names it; "" where any will do. Asked
    /// before everything else.
    [[nodiscard]] virtual std::string dialect() const { return {}; }
    [[nodiscard]] virtual CommitRole commitRole() const { return CommitRole::alone; }
    /// The lowest number above all that the column of the target's own table of this name has, and has given
    /// out; 1 where there is no such table. Before accept(); for transforms that number rows anew.
    [[nodiscard]] virtual std::int64_t firstFree(const Table& table, const std::string& column,
                                                 Context& context);
    /// Says whether and where the catalog can go. Changes nothing at the target: a dry run ends here.
    virtual Acceptance accept(const Catalog& catalog, Context& context) = 0;
    /// Prepares for writing where nothing shows yet. `catalog` outlives the sink.
    virtual void begin(const Catalog& catalog, Context& context) = 0;
    virtual void write(Item& item) = 0;
    /// Everything that can fail: flush, fsync, check of the counts. After it only commit() or abort() follow.
    virtual void prepare() = 0;
    /// Makes the result visible. The deciding sink comes first. Throws roost::Error only where nothing has
    /// changed at the target, and OutcomeUnknown where that is not known. A sink that follows is called once
    /// the run is decided: what it throws is left to recovery.
    virtual void commit() = 0;
    /// After every sink's commit(): removes what only recovery would have needed. What it throws leaves the
    /// rest to recovery.
    virtual void tidy() {}
    /// Undoes what begin() and write() did. Called from begin() on, at most once, never after commit()
    /// succeeded. Where it cannot, it journals what is left: that stays for recovery to undo.
    virtual void abort() noexcept = 0;
    /// After commit(): what was made, for the report: names and values ("size" in bytes, "rows", "files").
    [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> summary() const { return {}; }
};

}  // namespace roost
