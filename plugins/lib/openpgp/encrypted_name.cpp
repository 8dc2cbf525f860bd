#include "lib/openpgp/encrypted_name.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace roost::openpgp {

namespace {

constexpr std::array<std::string_view, 2> endings{".gpg", ".pgp"};

}  // namespace

bool hasEncryptedEnding(std::string_view name) noexcept {
    return std::ranges::any_of(endings, [name](std::string_view ending) {
        if (name.size() < ending.size()) return false;
        return std::ranges::equal(name.substr(name.size() - ending.size()), ending, {}, [](char c) {
            return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        });
    });
}

std::vector<std::string> withEncrypted(const std::vector<std::string>& formats) {
    std::vector<std::string> all = formats;
    for (const std::string& format : formats)
        for (const std::string_view ending : endings) all.push_back(format + std::string(ending));
    return all;
}

}  // namespace roost::openpgp
