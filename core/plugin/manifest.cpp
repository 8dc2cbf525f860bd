#include "plugin/manifest.hpp"

#include <Poco/Dynamic/Var.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <fstream>
#include <sstream>

#include "roost/error.hpp"

namespace roost {

namespace {

constexpr std::size_t largestManifest = 64 * 1024;

PluginKind kindNamed(const std::string& word) {
    for (const PluginKind kind : {PluginKind::source, PluginKind::transform, PluginKind::sink})
        if (name(kind) == word) return kind;
    throw Error("'" + word + "' is no kind of plugin");
}

std::string readSmallFile(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string text(largestManifest + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!stream.eof() || stream.bad())
        throw Error(stream.gcount() > 0 ? "it is too large" : "it cannot be read");
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;
}

Manifest parse(const std::string& text) {
    Poco::JSON::Parser parser;
    const auto object = parser.parse(text).extract<Poco::JSON::Object::Ptr>();
    Manifest manifest;
    manifest.info.name = object->getValue<std::string>("name");
    manifest.info.version = object->getValue<std::string>("version");
    manifest.info.description = object->getValue<std::string>("description");
    manifest.info.role = object->getValue<std::string>("role");
    manifest.kind = kindNamed(object->getValue<std::string>("kind"));
    manifest.abi = object->getValue<std::uint32_t>("abi");
    manifest.toolchain = object->getValue<std::string>("toolchain");
    const auto serves = object->getArray("serves");
    if (serves.isNull()) throw Error("it names nothing that the plugin serves");
    for (const Poco::Dynamic::Var& item : *serves)
        manifest.info.serves.push_back(item.convert<std::string>());
    return manifest;
}

}  // namespace

std::string_view name(PluginKind kind) noexcept {
    switch (kind) {
        case PluginKind::source:
            return "source";
        case PluginKind::transform:
            return "transform";
        case PluginKind::sink:
            return "sink";
    }
    return "plugin";
}

Manifest readManifest(const std::filesystem::path& file) {
    try {
        Manifest manifest = parse(readSmallFile(file));
        manifest.library = file;
        manifest.library.replace_extension(".so");
        return manifest;
    } catch (const Poco::Exception& error) {
        throw Error("manifest " + file.string() + " is damaged: " + error.displayText());
    } catch (const Error& error) {
        throw Error("manifest " + file.string() + " is damaged: " + error.what());
    }
}

std::string formatManifest(const PluginDescriptor& descriptor) {
    const PluginInfo& info = descriptor.factory->info();
    Poco::JSON::Array serves;
    for (const std::string& word : info.serves) serves.add(word);
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("name", info.name);
    object.set("kind", std::string(name(descriptor.factory->kind())));
    object.set("role", info.role);
    object.set("serves", serves);
    object.set("version", info.version);
    object.set("description", info.description);
    object.set("abi", descriptor.abi);
    object.set("toolchain", std::string(descriptor.toolchain));
    std::ostringstream text;
    object.stringify(text, 2);
    text << '\n';
    return text.str();
}

}  // namespace roost
