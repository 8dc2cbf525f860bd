// What a pipeline says about a single-user installation of Aviary.
#pragma once

#include <cstdint>
#include <string>

#include "lib/storage/read_choice.hpp"

namespace roost::single_user {

enum class Coverpage : std::uint8_t { current, first };
enum class OnBadKey : std::uint8_t { fail, skip };

struct SingleUserOptions {
    std::string username;
    std::string password;
    std::string email;
    std::string apiKey;
    OnBadKey onBadKey = OnBadKey::fail;
    std::string rmapiConfig = "/root/.config/rmapi/rmapi.conf";
    std::string rmapiHost;
    std::string defaultRmdir = "/";
    Coverpage coverpage = Coverpage::current;
    std::string contrast = "none";
    std::string conflictResolution = "abort";
    std::int64_t folderDepthLimit = 0;
    std::string folderExclusionList;
    std::string documents;
    std::string usersFolder;
    bool move = false;
    std::string list;
    storage::OnUnreadable onUnreadable = storage::OnUnreadable::fail;
    storage::OnChanged onChanged = storage::OnChanged::warn;
};

}  // namespace roost::single_user
