// Keeping librnp's own lines out of the program's output.
#pragma once

namespace roost::openpgp {

/// While one lives, nothing shows of what this thread writes to C's `stderr`. Debian builds librnp so that it
/// prints a line there for whatever it meets in a message or a key, and it has no switch for that:
/// rnp_ffi_set_log_fd() is for other lines. Other threads, std::cerr and the descriptor 2 are as before.
class SilentLibrary {
public:
    /// The first one puts a filter in front of `stderr` that stays.
    SilentLibrary() noexcept;
    ~SilentLibrary();
    SilentLibrary(const SilentLibrary&) = delete;
    SilentLibrary& operator=(const SilentLibrary&) = delete;
};

}  // namespace roost::openpgp
