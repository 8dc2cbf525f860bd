#include "lib/openpgp/silent_library.hpp"

#include <cstdio>

namespace roost::openpgp {

namespace {

thread_local int silenced = 0;  // how many live on this thread

ssize_t pass(void* former, const char* bytes, std::size_t size) {
    if (silenced == 0 && std::fwrite(bytes, 1, size, static_cast<std::FILE*>(former)) != size) return 0;
    return static_cast<ssize_t>(size);
}

/// glibc's `stderr` is a variable that programs may set.
bool putFilter() noexcept {
    cookie_io_functions_t functions{};
    functions.write = pass;
    std::FILE* const filter = ::fopencookie(stderr, "w", functions);
    if (filter == nullptr) return false;  // the lines show, which harms nobody
    std::setvbuf(filter, nullptr, _IONBF, 0);
    stderr = filter;
    return true;
}

}  // namespace

SilentLibrary::SilentLibrary() noexcept {
    [[maybe_unused]] static const bool filtered = putFilter();
    ++silenced;
}

SilentLibrary::~SilentLibrary() { --silenced; }

}  // namespace roost::openpgp
