#include "cli/plugin_json.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <sstream>

namespace roost::cli {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

std::string typeName(OptionType type) {
    switch (type) {
        case OptionType::text:
            return "text";
        case OptionType::boolean:
            return "boolean";
        case OptionType::integer:
            return "integer";
        case OptionType::size:
            return "size";
        case OptionType::duration:
            return "duration";
        case OptionType::choice:
            return "choice";
        case OptionType::list:
            return "list";
        case OptionType::map:
            return "map";
        case OptionType::url:
            return "url";
        case OptionType::records:
            return "records";
    }
    return "text";
}

Array::Ptr arrayOf(const std::vector<std::string>& words) {
    Array::Ptr array(new Array);
    for (const std::string& word : words) array->add(word);
    return array;
}

Object::Ptr describeInfo(const PluginInfo& info, PluginKind kind) {
    Object::Ptr object(new Object(Poco::JSON_PRESERVE_KEY_ORDER));
    object->set("kind", std::string(name(kind)));
    object->set("name", info.name);
    object->set("role", info.role);
    object->set("serves", arrayOf(info.serves));
    object->set("version", info.version);
    object->set("description", info.description);
    return object;
}

Object::Ptr describeOption(const OptionSpec& option) {
    Object::Ptr object(new Object(Poco::JSON_PRESERVE_KEY_ORDER));
    object->set("name", option.name);
    object->set("type", typeName(option.type));
    object->set("required", option.required);
    object->set("secret", option.secret);
    object->set("help", option.help);
    if (!option.defaultValue.empty()) object->set("default", option.defaultValue);
    if (!option.choices.empty()) object->set("choices", arrayOf(option.choices));
    if (option.minimum) object->set("minimum", *option.minimum);
    if (option.maximum) object->set("maximum", *option.maximum);
    if (!option.example.empty()) object->set("example", option.example);
    if (!option.members.empty()) {
        Array::Ptr members(new Array);
        for (const OptionSpec& member : option.members) members->add(describeOption(member));
        object->set("options", members);
    }
    return object;
}

template <class Json>
std::string print(const Json& json) {
    std::ostringstream text;
    json->stringify(text, 2);
    text << '\n';
    return text.str();
}

}  // namespace

std::string pluginListJson(const PluginRegistry& registry) {
    Array::Ptr plugins(new Array);
    for (const Manifest& manifest : registry.manifests()) {
        Object::Ptr object = describeInfo(manifest.info, manifest.kind);
        object->set("file", manifest.library.string());
        plugins->add(object);
    }
    Array::Ptr refused(new Array);
    for (const RefusedPlugin& plugin : registry.refused()) {
        Object::Ptr object(new Object(Poco::JSON_PRESERVE_KEY_ORDER));
        object->set("file", plugin.file.string());
        object->set("reason", plugin.reason);
        refused->add(object);
    }
    Object::Ptr list(new Object(Poco::JSON_PRESERVE_KEY_ORDER));
    list->set("plugins", plugins);
    list->set("refused", refused);
    return print(list);
}

std::string pluginDetailsJson(const std::vector<const PluginFactory*>& plugins) {
    Array::Ptr list(new Array);
    for (const PluginFactory* plugin : plugins) {
        Object::Ptr object = describeInfo(plugin->info(), plugin->kind());
        Array::Ptr options(new Array);
        for (const OptionSpec& option : plugin->options()) options->add(describeOption(option));
        object->set("options", options);
        list->add(object);
    }
    return print(list);
}

}  // namespace roost::cli
