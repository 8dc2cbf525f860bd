#include "sources/aviary_single_user/bcrypt.hpp"

#include <crypt.h>
#include <string.h>

#include <cerrno>
#include <memory>

#include "roost/error.hpp"

namespace roost::single_user {

namespace {

/// What bcrypt takes in; it passes over what comes behind. Go's refuses to hash more, so that nobody takes a
/// part of a password for the whole.
constexpr std::size_t mostBytes = 72;
/// Go's bcrypt.DefaultCost.
constexpr unsigned long cost = 10;

}  // namespace

void checkHashable(const std::string& secret, const std::string& name) {
    if (secret.size() > mostBytes)
        throw Error("the " + name + " has " + std::to_string(secret.size()) + " bytes, and bcrypt takes " +
                        std::to_string(mostBytes) + " at most",
                    "choose a shorter one");
    if (secret.find('\0') != std::string::npos)
        throw Error("the " + name + " holds a NUL byte, which nobody could type", "choose another one");
}

std::string bcrypt(const std::string& secret) {
    std::string salt(CRYPT_GENSALT_OUTPUT_SIZE, '\0');
    if (::crypt_gensalt_rn("$2b$", cost, nullptr, 0, salt.data(), static_cast<int>(salt.size())) == nullptr)
        throw systemError("cannot make a salt for bcrypt", errno);
    // 32 KiB, and secret: cleared before it goes.
    struct Clear {
        void operator()(crypt_data* data) const noexcept {
            ::explicit_bzero(data, sizeof *data);
            delete data;
        }
    };
    const std::unique_ptr<crypt_data, Clear> data(new crypt_data{});
    const char* const hash =
        ::crypt_rn(secret.c_str(), salt.c_str(), data.get(), static_cast<int>(sizeof *data));
    if (hash == nullptr) throw systemError("cannot hash with bcrypt", errno);
    return hash;
}

}  // namespace roost::single_user
