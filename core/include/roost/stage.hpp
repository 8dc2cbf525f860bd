// The three kinds of stage. A plugin derives from one of them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "roost/catalog.hpp"
#include "roost/context.hpp"
#include "roost/item.hpp"

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

/// Where data comes from. One thread at a time uses it; catalog() first, once.
class Source {
public:
    virtual ~Source() = default;
    /// What there is. Opens the snapshot that next() reads; nothing is written anywhere but in temporary
    /// files. Table ids are positions in Catalog::tables. Throws roost::Error.
    virtual Catalog catalog(Context& context) = 0;
    /// Moves to the next item. False at the end. An Entry's content is valid until the next call.
    virtual bool next(Item& item) = 0;
    /// After every sink has committed and tidied: what may only then be done to the source (a move removes
    /// what was moved). Never in a dry run. What it throws leaves the run committed.
    virtual void tidy() {}
    /// Whether tidy() removes files. A run in which a transform leaves some of their kind out is refused
    /// then: they would be lost. Asked after catalog().
    [[nodiscard]] virtual bool removesFiles() const { return false; }
};

/// What changes data on its way. rewrite() first, once; apply() then from one thread.
class Transform {
public:
    virtual ~Transform() = default;
    /// Makes the catalog what apply() will make of the content. Keeps the ids of the tables that it keeps.
    virtual void rewrite(Catalog& catalog, Context& context) = 0;
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
    /// succeeded.
    virtual void abort() noexcept = 0;
    /// After commit(): what was made, for the report: names and values ("size" in bytes, "rows", "files").
    [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> summary() const { return {}; }
};

}  // namespace roost
