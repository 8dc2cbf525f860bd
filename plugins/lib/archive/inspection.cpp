#include "lib/archive/inspection.hpp"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <rapidjson/reader.h>

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "lib/archive/archive_reader.hpp"
#include "lib/archive/member_names.hpp"
#include "lib/archive/metadata.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::archive {

namespace {

constexpr std::uint64_t largestDocument = std::uint64_t{256} << 20U;
constexpr std::size_t namedWarnings = 100;

Poco::JSON::Object::Ptr parseObject(const std::filesystem::path& file, std::string_view name,
                                    const std::string& text) {
    try {
        return Poco::JSON::Parser().parse(text).extract<Poco::JSON::Object::Ptr>();
    } catch (const Poco::Exception& problem) {
        throw Error("'" + std::string(name) + "' in '" + storage::shownName(file.native()) +
                    "' is not the JSON object that it should be: " + problem.displayText());
    }
}

/// A member's bytes as rapidjson reads them.
class MemberStream {
public:
    using Ch = char;
    explicit MemberStream(ArchiveReader& reader) : reader_(reader), buffer_(std::size_t{64} << 10U) {
        fill();
    }
    [[nodiscard]] Ch Peek() const { return at_ == size_ ? '\0' : buffer_[at_]; }
    Ch Take() {
        const Ch character = Peek();
        if (at_ != size_ && ++at_ == size_) fill();
        return character;
    }
    [[nodiscard]] std::size_t Tell() const { return before_ + at_; }
    // For writing in place, which is not done.
    Ch* PutBegin() { return nullptr; }
    void Put(Ch) {}
    void Flush() {}
    std::size_t PutEnd(Ch*) { return 0; }

private:
    void fill() {
        before_ += size_;
        at_ = 0;
        size_ = reader_.read(buffer_);
    }

    ArchiveReader& reader_;
    std::vector<char> buffer_;
    std::size_t at_ = 0;
    std::size_t size_ = 0;
    std::size_t before_ = 0;
};

/// Counts the objects of an array of objects.
class RecordCounter : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, RecordCounter> {
public:
    bool Null() { return value(); }
    bool Default() { return value(); }
    bool StartObject() {
        if (depth_ == 1) ++records_;
        ++depth_;
        return depth_ > 1;
    }
    bool EndObject(rapidjson::SizeType) { return --depth_, true; }
    bool StartArray() { return ++depth_, true; }
    bool EndArray(rapidjson::SizeType) { return --depth_, true; }

    [[nodiscard]] std::uint64_t records() const noexcept { return records_; }

private:
    /// Aviary writes an empty table as `null`; anything else beside the records is a mistake.
    bool value() { return depth_ != 1; }

    std::size_t depth_ = 0;
    std::uint64_t records_ = 0;
};

std::uint64_t countRecords(ArchiveReader& reader, const std::filesystem::path& file,
                           const std::string& member) {
    MemberStream stream(reader);
    RecordCounter counter;
    rapidjson::Reader parser;
    // Numbers as text: how large they are does not matter here. Iterative: depth must not cost stack.
    constexpr unsigned flags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag;
    if (!parser.Parse<flags>(stream, counter))
        throw Error("'" + storage::shownName(member) + "' in '" + storage::shownName(file.native()) +
                    "' is not the JSON array of records that it should be (at byte " +
                    std::to_string(parser.GetErrorOffset()) + ")");
    return counter.records();
}

std::uint64_t number(const Poco::JSON::Object::Ptr& object, const std::string& key) {
    return object->optValue<std::uint64_t>(key, 0);
}

/// Fills the summary from metadata that roost wrote. False for Aviary's own.
bool readOwnMetadata(const Poco::JSON::Object::Ptr& metadata, ArchiveSummary& summary) {
    const auto own = metadata->getObject("roost");
    if (own.isNull()) return false;
    if (number(own, "format_version") > formatVersion)
        summary.warnings.push_back("the archive has format version " +
                                   own->getValue<std::string>("format_version") + "; this program knows " +
                                   std::to_string(formatVersion));
    const auto each = [&own](const std::string& key, const auto& visit) {
        const auto list = own->getArray(key);
        if (!list.isNull())
            for (unsigned i = 0; i < list->size(); ++i) visit(*list, i);
    };
    each("tables", [&summary](const Poco::JSON::Array& list, unsigned i) {
        const auto table = list.getObject(i);
        const auto schema = table->optValue<std::string>("schema", "");
        const auto name = table->getValue<std::string>("name");
        summary.tables.emplace_back(schema.empty() ? name : schema + "." + name, number(table, "rows"));
    });
    each("entries", [&summary](const Poco::JSON::Array& list, unsigned i) {
        const auto kind = list.getObject(i);
        summary.entryKinds.push_back({kind->getValue<std::string>("kind"), number(kind, "files"),
                                      number(kind, "folders"), number(kind, "bytes"), number(kind, "users")});
    });
    each("warnings", [&summary](const Poco::JSON::Array& list, unsigned i) {
        summary.warnings.push_back(list.getElement<std::string>(i));
    });
    if (const std::uint64_t setAside = number(own, "set_aside"); setAside != 0)
        summary.warnings.push_back(storage::counted(setAside, "file was", "files were") +
                                   " left out or altered when the archive was made");
    return true;
}

/// What a scan of a whole archive counts.
class Scan {
public:
    Scan(const std::filesystem::path& file, Context& context)
        : file_(file), context_(context), oddNames_(namedWarnings), otherTypes_(namedWarnings) {}

    void add(ArchiveReader& reader, const MemberInfo& member, ArchiveSummary& summary) {
        context_.alive();
        if (context_.stopToken().stop_requested()) throw Interrupted();
        const std::string& name = member.name;
        if (!member.file && !member.folder)
            otherTypes_.add(name);
        else if (member.file && name == metadataName)
            summary.metadataJson = reader.readAll(largestDocument);
        else if (member.file && name == schemaName)
            summary.schemaJson = reader.readAll(largestDocument);
        else if (member.file && name.starts_with(tablesFolder) && name.ends_with(".json"))
            summary.tables.emplace_back(
                name.substr(tablesFolder.size(),
                            name.size() - tablesFolder.size() - std::string_view(".json").size()),
                countRecords(reader, file_, name));
        else if (name.starts_with(entriesFolder))
            addEntry(member);
    }

    void finish(ArchiveSummary& summary) {
        for (auto& [name, kind] : kinds_) {
            kind.totals.users = kind.owners.size();
            summary.entryKinds.push_back(kind.totals);
        }
        if (oddNames_.count() != 0)
            summary.warnings.push_back("Aviary does not restore files whose paths have '..' in them: " +
                                       oddNames_.text());
        if (otherTypes_.count() != 0)
            summary.warnings.push_back("links and devices are never restored: " + otherTypes_.text());
    }

private:
    struct Kind {
        EntryKindTotals totals;
        std::set<std::string> owners;
    };

    void addEntry(const MemberInfo& member) {
        const std::string_view rest = std::string_view(member.name).substr(entriesFolder.size());
        const std::size_t slash = rest.find('/');
        if (slash == std::string_view::npos) return;  // the kind's own folder
        Kind& kind = kinds_[std::string(rest.substr(0, slash))];
        kind.totals.kind = rest.substr(0, slash);
        const std::string_view inside = rest.substr(slash + 1);
        kind.owners.emplace(inside.substr(0, inside.find('/')));
        if (member.folder) {
            ++kind.totals.folders;
            return;
        }
        ++kind.totals.files;
        kind.totals.bytes += member.size;
        if (inside.find("..") != std::string_view::npos) oddNames_.add(rest);
    }

    const std::filesystem::path& file_;
    Context& context_;
    std::map<std::string, Kind> kinds_;
    storage::NameSample oddNames_;
    storage::NameSample otherTypes_;
};

/// The quick way: metadata.json of roost's own, then schema.json, and nothing else. False where the archive
/// does not begin so.
bool readFront(const std::filesystem::path& file, ArchiveSummary& summary) {
    ArchiveReader reader(file);
    std::optional<MemberInfo> member = reader.next();
    if (!member || !member->file || member->name != metadataName) return false;
    summary.metadataJson = reader.readAll(largestDocument);
    if (!readOwnMetadata(parseObject(file, metadataName, summary.metadataJson), summary)) return false;
    member = reader.next();
    if (!member || !member->file || member->name != schemaName)
        throw Error("'" + storage::shownName(file.native()) +
                    "' is damaged: schema.json does not follow metadata.json");
    summary.schemaJson = reader.readAll(largestDocument);
    parseObject(file, schemaName, summary.schemaJson);
    return true;
}

}  // namespace

ArchiveSummary inspectArchive(const std::filesystem::path& file, Context& context) {
    ArchiveSummary summary;
    if (readFront(file, summary)) return summary;
    summary = {};
    ArchiveReader reader(file);
    Scan scan(file, context);
    while (const std::optional<MemberInfo> member = reader.next()) scan.add(reader, *member, summary);
    if (summary.metadataJson.empty())
        throw Error("'" + storage::shownName(file.native()) + "' is no backup: it has no metadata.json",
                    "only archives that roost or Aviary wrote can be inspected");
    const auto metadata = parseObject(file, metadataName, summary.metadataJson);
    const auto counted = std::move(summary.tables);
    summary.tables.clear();
    const bool own = readOwnMetadata(metadata, summary);
    if (!own || summary.tables.empty()) summary.tables = counted;
    if (!own) scan.finish(summary);
    return summary;
}

}  // namespace roost::archive
