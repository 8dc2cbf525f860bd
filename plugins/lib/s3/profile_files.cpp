#include "lib/s3/profile_files.hpp"

#include <Poco/AutoPtr.h>
#include <Poco/Exception.h>
#include <Poco/Util/IniFileConfiguration.h>

#include <fstream>

#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::s3 {

namespace {

using Poco::Util::IniFileConfiguration;

/// Null for a file that is not there.
Poco::AutoPtr<IniFileConfiguration> open(const std::string& file) {
    if (file.empty()) return {};
    std::ifstream stream(file);
    if (!stream) {
        if (errno == ENOENT || errno == ENOTDIR) return {};
        throw systemError("cannot read the profile file '" + storage::shownName(file) + "'", errno);
    }
    try {
        return new IniFileConfiguration(stream);
    } catch (const Poco::Exception&) {  // what it says might quote a key
        throw Error("the profile file '" + storage::shownName(file) + "' is not written as such files are");
    }
}

void take(const Poco::AutoPtr<IniFileConfiguration>& file, const std::string& section, Profile& profile) {
    if (!file) return;
    Poco::Util::AbstractConfiguration::Keys names;
    file->keys(section, names);
    profile.found = profile.found || !names.empty();
    for (const std::string& name : names) {
        const std::string key = section + "." + name;
        if (file->hasProperty(key)) profile.settings.emplace(name, file->getRawString(key));
    }
}

}  // namespace

Profile readProfile(const std::string& credentialsFile, const std::string& configFile,
                    const std::string& name) {
    Profile profile;
    take(open(credentialsFile), name, profile);
    const auto config = open(configFile);
    take(config, "profile " + name, profile);
    if (name == "default") take(config, name, profile);
    return profile;
}

}  // namespace roost::s3
