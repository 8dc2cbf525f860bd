#include "cli/archive_inspection.hpp"

#include <Poco/Dynamic/Var.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <sstream>
#include <vector>

#include "cli/archive_format.hpp"
#include "cli/printable.hpp"
#include "cli/quantity.hpp"
#include "cli/temporary_folder.hpp"
#include "pipeline/stage_context.hpp"
#include "plugin/present_call.hpp"
#include "roost/error.hpp"
#include "roost/node.hpp"

namespace roost::cli {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

/// Why no plugin was found for an archive whose name tells no format.
Error unknownFormat(const std::filesystem::path& archive, const std::string& content,
                    const std::string& known) {
    if (archive == "-")
        return Error("standard input does not tell the archive's format",
                     "--format names it; known are: " + known);
    if (content == "gpg")
        return Error(
            archive.string() + " is encrypted with OpenPGP, and its name does not tell what is in it",
            "name it with --format, such as tar.gz.gpg or zip.gpg");
    return Error(archive.string() +
                     " is no archive by its name's ending, and by its first bytes neither gzip nor "
                     "zip nor OpenPGP",
                 "archives end in: " + known + "; --format names the format of one that does not");
}

/// The archive plugin whose format ends the name, the longest such ending first. Where the name tells none,
/// the first bytes may.
const Manifest& pluginFor(const std::filesystem::path& archive, const std::string& format,
                          const PluginRegistry& registry) {
    const Manifest* found = nullptr;
    const Manifest* only = nullptr;  // where one plugin alone reads archives
    int readers = 0;
    std::size_t length = 0;
    std::string known;
    for (const Manifest& manifest : registry.manifests()) {
        if (manifest.kind != PluginKind::source || manifest.info.role != "archive") continue;
        only = ++readers == 1 ? &manifest : nullptr;
        for (const std::string& served : manifest.info.serves) {
            known += (known.empty() ? "" : ", ") + served;
            const bool fits =
                format.empty() ? archive.filename().string().ends_with("." + served) : format == served;
            if (fits && served.size() >= length) {
                found = &manifest;
                length = served.size();
            }
        }
    }
    if (found == nullptr && format.empty() && only != nullptr) return *only;  // it says what is wrong
    if (found != nullptr) return *found;
    if (!format.empty())
        throw Error("no plugin reads archives of format '" + format + "'",
                    "--format names the format; known are: " + known);
    const std::string content = archive == "-" ? "" : formatByContent(archive);
    if (content == "tar.gz" || content == "zip") return pluginFor(archive, content, registry);
    throw unknownFormat(archive, content, known);
}

Object::Ptr parsed(const std::string& text, const char* what) {
    try {
        Poco::JSON::Parser parser;
        return parser.parse(text).extract<Object::Ptr>();
    } catch (const Poco::Exception& error) {
        throw Error(std::string(what) + " in the archive is no JSON object: " + error.displayText());
    }
}

std::string field(const Object& object, const std::string& name) {
    return object.has(name) && !object.isNull(name) ? object.get(name).toString() : std::string("unknown");
}

std::string asJson(const ArchiveSummary& summary) {
    Object result(Poco::JSON_PRESERVE_KEY_ORDER);
    result.set("metadata", parsed(summary.metadataJson, "metadata.json"));
    Array tables;
    for (const auto& [name, rows] : summary.tables) {
        Object table(Poco::JSON_PRESERVE_KEY_ORDER);
        table.set("name", name);
        table.set("rows", rows);
        tables.add(table);
    }
    result.set("tables", tables);
    Array kinds;
    for (const EntryKindTotals& totals : summary.entryKinds) {
        Object kind(Poco::JSON_PRESERVE_KEY_ORDER);
        kind.set("kind", totals.kind);
        kind.set("files", totals.files);
        kind.set("bytes", totals.bytes);
        kind.set("users", totals.users);
        kinds.add(kind);
    }
    result.set("files", kinds);
    Array warnings;
    for (const std::string& warning : summary.warnings) warnings.add(warning);
    result.set("warnings", warnings);
    result.set("has_schema", !summary.schemaJson.empty());
    std::ostringstream text;
    result.stringify(text, 2);
    text << '\n';
    return text.str();
}

void addUsers(std::string& text, const Object& metadata) {
    const Array::Ptr users = metadata.getArray("users_exported");
    const std::size_t number = users.isNull() ? 0 : users->size();
    text += fmt::format("users:        {}\n", count(number));
    constexpr std::size_t shown = 20;
    for (std::size_t i = 0; i < std::min(number, shown); ++i)
        text += "  " + printable(users->get(static_cast<unsigned>(i)).toString()) + "\n";
    if (number > shown) text += fmt::format("  and {} more (--json lists all)\n", count(number - shown));
}

std::string asText(const std::filesystem::path& archive, const ArchiveSummary& summary) {
    const Object::Ptr metadata = parsed(summary.metadataJson, "metadata.json");
    std::string text = archive.string() + "\n";
    text += "made:         " + field(*metadata, "export_timestamp") + "\n";
    text +=
        "application:  " + field(*metadata, "aviary_version") + " (" + field(*metadata, "git_commit") + ")\n";
    text += "database:     " + field(*metadata, "database_type") + "\n";
    if (const Object::Ptr roost = metadata->getObject("roost"); !roost.isNull())
        text += fmt::format("written by:   roost {}, pipeline '{}'\n", field(*roost, "roost_version"),
                            field(*roost, "pipeline"));
    else
        text += "written by:   the application itself\n";
    addUsers(text, *metadata);
    std::uint64_t rows = 0;
    std::size_t width = 0;
    for (const auto& [name, number] : summary.tables) {
        rows += number;
        width = std::max(width, name.size());
    }
    text += fmt::format("tables:       {}, {}\n", count(summary.tables.size()), count(rows, "row"));
    for (const auto& [name, number] : summary.tables)
        text += fmt::format("  {:<{}}  {:>12}\n", printable(name), width, count(number));
    for (const EntryKindTotals& kind : summary.entryKinds)
        text += fmt::format("{:<13} {}, {}\n", kind.kind + ":", count(kind.files, "file"), bytes(kind.bytes));
    for (const std::string& warning : summary.warnings) text += "warning: " + printable(warning) + "\n";
    return text;
}

/// What a pipeline would say of a source that reads the archive.
Node settingsOf(const std::filesystem::path& archive, const ArchiveKeys& keys) {
    const auto add = [](Node& mapping, const char* key, const std::string& value) {
        if (!value.empty())
            mapping.members.emplace_back(Node(Node::Kind::scalar, key, {}),
                                         Node(Node::Kind::scalar, value, {}));
    };
    Node settings(Node::Kind::mapping, "", {});
    add(settings, "url", archive == "-" ? "-" : "file:" + archive.string());
    Node decrypt(Node::Kind::mapping, "", {});
    add(decrypt, "passphrase", keys.passphrase);
    add(decrypt, "secret-key-file", keys.secretKey);
    add(decrypt, "key-passphrase", keys.keyPassphrase);
    if (!decrypt.members.empty())
        settings.members.emplace_back(Node(Node::Kind::scalar, "decrypt", {}), std::move(decrypt));
    return settings;
}

}  // namespace

std::string inspectArchive(Inspection inspection, const std::filesystem::path& archive,
                           const std::string& format, const ArchiveKeys& keys, bool json,
                           PluginRegistry& registry) {
    const Manifest& manifest = pluginFor(archive, format, registry);
    RunEnvironment environment;
    environment.temporaryFolder = temporaryFolder();
    environment.log = [](LogLevel level, const std::string& message) {
        if (level == LogLevel::error || level == LogLevel::warning) std::cerr << message << '\n';
    };
    StageContext context(environment, manifest.kind, manifest.info.name, manifest.info.name);
    const PluginFactory& factory = registry.load(manifest);
    const Node settings = settingsOf(archive, keys);
    const bool whole = inspection == Inspection::verify;
    const PresentCall present(manifest.info.name);
    const ArchiveSummary summary =
        whole ? factory.verify(settings, context) : factory.inspect(settings, context);
    if (json) return asJson(summary);
    return asText(archive, summary) + (whole ? "verified:     every byte was read and is sound\n" : "");
}

}  // namespace roost::cli
