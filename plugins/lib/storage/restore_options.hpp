// What every sink of users' files is told of those that are there.
#pragma once

#include "lib/storage/files_mode.hpp"
#include "lib/storage/layout.hpp"
#include "roost/option_table.hpp"

namespace roost::storage {

/// What the options of such a sink derive from.
struct RestoreOptions {
    TextMap kinds = defaultKinds();
    FilesMode mode = FilesMode::replace;
    OnPartialKind partial = OnPartialKind::refuse;

    /// Whether a run that brings not one file must not take away what is there (see nothingCame()).
    [[nodiscard]] bool keepsWhereNothingComes() const noexcept {
        return mode == FilesMode::replace && partial == OnPartialKind::refuse;
    }
};

/// Declares them. `Options` derives from RestoreOptions.
template <class Options>
void addRestoreOptions(OptionTable<Options>& table) {
    // The casts name the class that the table is of: a base's members alone would not tell it.
    table
        .map("kinds", static_cast<TextMap Options::*>(&RestoreOptions::kinds),
             "The kinds of files and where they go in a user's folder; '.' is the user's folder itself. By "
             "default documents: pdfs and configs: rmapi.")
        .example("{documents: pdfs, configs: rmapi}")
        .choice("mode", static_cast<FilesMode Options::*>(&RestoreOptions::mode),
                {"replace", "replace-users", "merge", "add"},
                "What becomes of files that are there, of the kinds that come. replace: all of them go, of "
                "all users. replace-users: those of the users that come go. merge: they stay, but one of the "
                "same path is replaced. add: they stay; one of the same path must have the same bytes, else "
                "the run is refused.")
        .choice("partial", static_cast<OnPartialKind Options::*>(&RestoreOptions::partial),
                {"refuse", "replace"},
                "What `mode: replace` and `mode: replace-users` do where files are there and only some of "
                "their kind come (they went through `select` or a filter), and `mode: replace` where not one "
                "file comes: refuse, since what was left out would be gone, or replace them all the same.");
}

}  // namespace roost::storage
