// One user's data under another name, with new keys, so that it can stand beside the original.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/ownership/renewed_keys.hpp"
#include "lib/ownership/selection.hpp"
#include "roost/context.hpp"
#include "roost/stage.hpp"

namespace roost::ownership {

struct CopyOptions {
    std::string as;                  ///< the copy's name
    TextMap values;                  ///< columns of the users table, and what the copy has there
    std::vector<std::string> paths;  ///< "documents.local_path": columns with paths to the user's files
    TextMap references;              ///< keys that nobody declared: {memo_relation.related_memo_id: memo.id}
};

/// Rows that belong to the chosen user get new keys, where a single column is the key; all that refers to
/// them follows. The user's row gets the new name. One thread.
class UserCopy {
public:
    /// Reads the keys of what is copied. `selection` and `catalog` as select() had them. Throws roost::Error
    /// where not exactly one user is chosen, and for options that fit nothing.
    UserCopy(CopyOptions options, const Catalog& catalog, const Selection& selection, SourceAccess& sources,
             Context& context);

    /// What the catalog says of the chosen user.
    void rewrite(Catalog& catalog) const;
    [[nodiscard]] BatchPtr copied(const BatchPtr& batch) const;
    /// The name of the copy's folder of files, for the user's own.
    [[nodiscard]] std::string folder(const std::string& owner) const;

private:
    /// What happens to the values of one column.
    struct Change {
        enum class Kind : std::uint8_t { key, name, path, value, emptied, subaddress };
        Kind kind = Kind::key;
        std::size_t table = 0;  ///< whose keys they are, for `key`
        std::string value;      ///< for `value`
    };
    using Columns = std::map<std::size_t, Change>;  ///< by position

    void findUser(const Selection& selection);
    void renewOwnKeys(const Graph& graph);
    [[nodiscard]] std::vector<Tie> allTies(const Graph& graph) const;
    void followTies(const std::vector<Tie>& ties);
    void changeUser();
    [[nodiscard]] Change changeOfUnique(const Column& column) const;
    void addPaths(Context& context);
    void readKeys(const Selection& selection, SourceAccess& sources, Context& context);
    void findFolder(const std::string& column);
    void tell(Context& context) const;
    [[nodiscard]] std::pair<std::size_t, std::size_t> columnNamed(const std::string& text,
                                                                  const char* option) const;
    [[nodiscard]] const Table& users() const { return catalog_.tables[users_]; }
    [[nodiscard]] bool isUser(std::span<const Cell> row) const;
    [[nodiscard]] Cell changed(const Change& change, const Cell& cell, const LogicalType& type,
                               Batch& arena) const;
    [[nodiscard]] Value changed(std::size_t table, std::size_t column, const Value& value) const;
    void rewrite(RowCondition& rows, std::size_t table) const;
    [[nodiscard]] std::string repathed(std::string_view path) const;

    CopyOptions options_;
    Catalog catalog_;  ///< as it was: positions of tables and columns, types
    std::size_t users_ = 0;
    std::vector<Columns> changes_;  ///< by table
    std::map<std::size_t, std::unique_ptr<RenewedKeys>> keys_;
    std::size_t nameColumn_ = 0;
    std::size_t keyColumn_ = 0;
    std::vector<std::string> named_;  ///< the columns that `user_` has
    std::vector<Value> user_;
    std::string oldName_;
    std::string oldFolder_;
    std::string newFolder_;
};

}  // namespace roost::ownership
