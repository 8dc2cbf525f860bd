#include "pipeline/schema_document.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>

#include "pipeline/plugin_choice.hpp"
#include "roost/error.hpp"

namespace roost {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

constexpr const char* reference = R"(\$\{)";  ///< ${NAME} may stand where a number or a choice is wanted

Object::Ptr object() { return new Object(Poco::JSON_PRESERVE_KEY_ORDER); }

Array::Ptr array(const std::vector<std::string>& words) {
    Array::Ptr list(new Array);
    for (const std::string& word : words) list->add(word);
    return list;
}

Object::Ptr typed(const std::string& type) {
    Object::Ptr schema = object();
    schema->set("type", type);
    return schema;
}

Object::Ptr patterned(const std::string& pattern) {
    Object::Ptr schema = typed("string");
    schema->set("pattern", pattern);
    return schema;
}

Object::Ptr anyOf(std::initializer_list<Object::Ptr> choices) {
    Array::Ptr list(new Array);
    for (const Object::Ptr& choice : choices) list->add(choice);
    Object::Ptr schema = object();
    schema->set("anyOf", list);
    return schema;
}

Object::Ptr enumeration(const std::vector<std::string>& words) {
    Object::Ptr schema = object();
    schema->set("enum", array(words));
    return schema;
}

/// What YAML takes for a number or a truth value is text to an option that wants text.
Object::Ptr anyText() {
    Object::Ptr schema = object();
    schema->set("type", array({"string", "number", "boolean"}));
    return schema;
}

Object::Ptr listOf(const Object::Ptr& items) {
    Object::Ptr schema = typed("array");
    schema->set("items", items);
    return schema;
}

Object::Ptr recordSchema(const OptionSpec& option);

Object::Ptr valueSchema(const OptionSpec& option) {
    switch (option.type) {
        case OptionType::text: {
            Object::Ptr schema = object();
            schema->set("type", array({"string", "number", "boolean", "null"}));  // nothing is an empty text
            return schema;
        }
        case OptionType::url:
            return typed("string");
        case OptionType::boolean:
            return anyOf({typed("boolean"), patterned(reference)});
        case OptionType::integer: {
            Object::Ptr number = typed("integer");
            if (option.minimum) number->set("minimum", *option.minimum);
            if (option.maximum) number->set("maximum", *option.maximum);
            return anyOf({number, patterned(reference)});
        }
        case OptionType::size:
            return anyOf({typed("integer"), patterned(R"(^[0-9]+ *([KMGT]iB|B)?$)"), patterned(reference)});
        case OptionType::duration:
            return anyOf({patterned(R"(^[0-9]+ *(ms|s|m|h)$)"), patterned(reference)});
        case OptionType::choice:
            return anyOf({enumeration(option.choices), patterned(reference)});
        case OptionType::list:
            return anyOf({listOf(anyText()), anyText()});
        case OptionType::map: {
            Object::Ptr map = typed("object");
            map->set("additionalProperties", anyText());
            return map;
        }
        case OptionType::records: {
            const Object::Ptr record = recordSchema(option);
            return anyOf({listOf(record), record});
        }
    }
    return anyText();
}

Object::Ptr optionSchema(const OptionSpec& option) {
    Object::Ptr schema = valueSchema(option);
    schema->set("description", option.help);
    if (!option.defaultValue.empty()) schema->set("default", option.defaultValue);
    if (!option.example.empty()) schema->set("examples", array({option.example}));
    if (option.secret) schema->set("writeOnly", true);
    return schema;
}

Object::Ptr recordSchema(const OptionSpec& option) {
    Object::Ptr properties = object();
    std::vector<std::string> required;
    for (const OptionSpec& member : option.members) {
        properties->set(member.name, optionSchema(member));
        if (member.required) required.push_back(member.name);
    }
    Object::Ptr schema = typed("object");
    schema->set("properties", properties);
    if (!required.empty()) schema->set("required", array(required));
    schema->set("additionalProperties", false);
    return schema;
}

Object::Ptr described(Object::Ptr schema, const std::string& description) {
    schema->set("description", description);
    return schema;
}

/// A role's schemes tell its plugins apart, unless a variable hides the scheme.
Object::Ptr urlSchema(const OptionSpec& option, const PluginInfo& info) {
    Object::Ptr schema = optionSchema(option);
    if (info.role != databaseRole && info.role != storageRole) return schema;
    std::string schemes;
    for (const std::string& scheme : info.serves) schemes += (schemes.empty() ? "" : "|") + scheme;
    schema->set("pattern", "^((" + schemes + "):|.*" + reference + ")|^$");
    return schema;
}

Object::Ptr stageSchema(const PluginFactory& plugin) {
    const PluginInfo& info = plugin.info();
    Object::Ptr properties = object();
    std::vector<std::string> names{info.name};
    if (plugin.kind() != PluginKind::transform && info.role != info.name)
        names.insert(names.begin(), info.role);
    properties->set("plugin", described(enumeration(names), info.description));
    std::vector<std::string> required{"plugin"};
    const std::span<const std::string_view> parts = partsOf(info.role);
    for (const OptionSpec& option : plugin.options()) {
        properties->set(option.name, option.name == "url" ? urlSchema(option, info) : optionSchema(option));
        if (option.required && !(!parts.empty() && option.name == "url")) required.push_back(option.name);
    }
    for (const std::string_view part : parts)
        if (!properties->has(std::string(part)))
            properties->set(std::string(part), described(anyText(), "In place of a part of the url."));
    if (info.role != databaseRole)
        properties->set("name", described(typed("string"), "What messages call this stage."));
    if (info.role == archiveRole)
        properties->set("format",
                        described(typed("string"), "The archive's format where its name does not tell it."));
    Object::Ptr schema = described(typed("object"), info.description);
    schema->set("properties", properties);
    schema->set("required", array(required));
    schema->set("additionalProperties", false);
    return schema;
}

/// The list of one kind's stages, each of them one of the plugins'.
Object::Ptr stageList(const std::vector<std::string>& definitions, const std::string& description,
                      bool atLeastOne) {
    Array::Ptr choices(new Array);
    for (const std::string& name : definitions) {
        Object::Ptr choice = object();
        choice->set("$ref", "#/$defs/" + name);
        choices->add(choice);
    }
    Object::Ptr items = object();
    if (definitions.empty())
        items->set("not", object());  // no plugin of that kind is installed
    else
        items->set("anyOf", choices);
    Object::Ptr list = described(listOf(items), description);
    if (atLeastOne) list->set("minItems", 1);
    return list;
}

Object::Ptr nameSchema() {
    Object::Ptr schema = patterned("^[A-Za-z0-9_-]{1,100}$");
    return described(anyOf({schema, patterned(reference)}),
                     "The pipeline's name: letters, digits, '-' and '_'.");
}

Object::Ptr beforeSchema() {
    Object::Ptr keys = object();
    keys->set("pipeline", described(typed("string"), "The definition's file, beside this one."));
    keys->set("when", described(typed("string"), "It runs only if this text is not empty."));
    keys->set(
        "when-replacing",
        described(anyOf({typed("boolean"), patterned(reference)}),
                  "This definition is planned first, and the other one runs only where the plan replaces "
                  "or removes something."));
    keys->set("set", described(typed("object"), "Variables that it gets, as if by --set."));
    Object::Ptr mapping = typed("object");
    mapping->set("properties", keys);
    mapping->set("required", array({"pipeline"}));
    mapping->set("additionalProperties", false);
    Object::Ptr either = object();
    Array::Ptr forms = new Array;
    forms->add(typed("string"));
    forms->add(mapping);
    either->set("anyOf", forms);
    return described(either, "A definition that runs first; this one goes on only if it succeeds.");
}

Object::Ptr varsSchema() {
    Object::Ptr schema =
        described(typed("object"), "Variables that texts refer to as ${NAME}; --set goes before them.");
    Object::Ptr names = object();
    names->set("pattern", "^[A-Za-z_][A-Za-z0-9_]*$");
    schema->set("propertyNames", names);
    Object::Ptr value = object();
    value->set("type", array({"string", "number", "boolean", "null"}));
    schema->set("additionalProperties", value);
    return schema;
}

}  // namespace

SchemaDocument makeSchema(PluginRegistry& registry) {
    SchemaDocument document;
    Object::Ptr definitions = object();
    std::vector<std::string> byKind[3];
    for (const Manifest& manifest : registry.manifests()) {
        try {
            const std::string key = std::string(name(manifest.kind)) + "-" + manifest.info.name;
            definitions->set(key, stageSchema(registry.load(manifest)));
            byKind[static_cast<std::size_t>(manifest.kind)].push_back(key);
        } catch (const Error& error) {
            document.leftOut.emplace_back(error.what());
        }
    }
    for (const RefusedPlugin& refused : registry.refused())
        document.leftOut.push_back(refused.file.string() + ": " + refused.reason);

    Object::Ptr version = object();
    version->set("const", 1);
    Object::Ptr properties = object();
    properties->set("roost", described(version, "The version of this format."));
    properties->set("name", nameSchema());
    properties->set("description", described(typed("string"), "What the pipeline is for."));
    properties->set("vars", varsSchema());
    properties->set("before", beforeSchema());
    properties->set("sources", stageList(byKind[0], "Where data comes from.", true));
    properties->set("transforms",
                    stageList(byKind[1], "What changes data on its way, in this order.", false));
    properties->set("sinks", stageList(byKind[2], "Where data goes.", true));

    Object::Ptr root = object();
    root->set("$schema", "https://json-schema.org/draft/2020-12/schema");
    root->set("title", "roost pipeline definition");
    root->set("type", "object");
    root->set("properties", properties);
    root->set("required", array({"roost", "name", "sources", "sinks"}));
    root->set("additionalProperties", false);
    root->set("$defs", definitions);
    std::ostringstream text;
    root->stringify(text, 2);
    text << '\n';
    document.json = text.str();
    return document;
}

}  // namespace roost
