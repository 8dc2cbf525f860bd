#include "lib/archive/metadata_reader.hpp"

#include <utility>

#include "lib/archive/json_stream.hpp"
#include "lib/archive/json_tree.hpp"
#include "lib/archive/member_names.hpp"
#include "lib/archive/tagged_value.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::archive {

namespace {

constexpr std::string_view usersKey = "users_exported";

/// As Go compares names of members.
bool isUsersKey(std::string_view key) noexcept {
    if (key.size() != usersKey.size()) return false;
    for (std::size_t i = 0; i < key.size(); ++i) {
        const char c = key[i] >= 'A' && key[i] <= 'Z' ? static_cast<char>(key[i] - 'A' + 'a') : key[i];
        if (c != usersKey[i]) return false;
    }
    return true;
}

TableTotals readTable(const JsonPlace& place) {
    JsonMembers members(place);
    TableTotals table;
    table.name = members.get("name").text();
    table.schema = members.text("schema");
    table.member = members.get("file").text();
    table.rows = members.get("rows").count();
    if (const auto partial = members.find("partial")) table.partial = partial->boolean();
    members.finish();
    return table;
}

/// A word that is not known may not be taken for "whole".
Coverage readCoverage(const JsonPlace& place) {
    const std::string word = place.text();
    const std::optional<Coverage> known = coverage(word);
    if (!known)
        place.fail("'" + storage::shownName(word) + "' is nothing that this version of roost knows",
                   "restore with a newer roost");
    return *known;
}

EntryKindTotals readKind(const JsonPlace& place) {
    JsonMembers members(place);
    EntryKindTotals kind;
    kind.kind = members.get("kind").text();
    kind.files = members.get("files").count();
    kind.folders = members.get("folders").count();
    kind.bytes = members.get("bytes").count();
    kind.users = members.get("users").count();
    if (const auto partial = members.find("partial")) kind.coverage = readCoverage(*partial);
    members.finish();
    return kind;
}

RoostMetadata readRoost(const JsonPlace& place) {
    JsonMembers members(place);
    RoostMetadata roost;
    roost.formatVersion = members.get("format_version").count();
    roost.roostVersion = members.get("roost_version").text();
    if (roost.formatVersion > formatVersion)
        place.fail("the archive was written by roost " + roost.roostVersion + " in format " +
                       std::to_string(roost.formatVersion) + ", this roost reads up to format " +
                       std::to_string(formatVersion),
                   "use roost " + roost.roostVersion + " or newer");
    roost.pipeline = members.get("pipeline").text();
    roost.complete = members.get("complete").boolean();
    roost.scopes = members.get("scopes").texts();
    for (const JsonPlace& table : members.get("tables").list()) roost.tables.push_back(readTable(table));
    for (const JsonPlace& kind : members.get("entries").list()) roost.entryKinds.push_back(readKind(kind));
    roost.setAside = members.get("set_aside").count();
    if (const auto digest = members.find("members_sha256")) roost.membersSha256 = digest->text();
    roost.warnings = members.get("warnings").texts();
    members.finish();
    return roost;
}

std::string textOf(JsonMembers& members, std::string_view name) {
    const std::optional<JsonPlace> found = members.findFolded(name);
    return found ? found->text() : std::string();
}

std::optional<std::uint64_t> countOf(JsonMembers& members, std::string_view name) {
    const std::optional<JsonPlace> found = members.findFolded(name);
    return found ? std::optional(found->count()) : std::nullopt;
}

MetadataDocument readDocument(const JsonPlace& place) {
    JsonMembers members(place);
    MetadataDocument document;
    document.applicationVersion = textOf(members, "aviary_version");
    document.applicationCommit = textOf(members, "git_commit");
    document.exportTime = textOf(members, "export_timestamp");
    document.databaseType = textOf(members, "database_type");
    document.totalDocuments = countOf(members, "total_documents").value_or(0);
    document.totalBytes = countOf(members, "total_size_bytes").value_or(0);
    if (const auto tables = members.findFolded("exported_tables")) document.exportedTables = tables->texts();
    document.totalUsers = countOf(members, "total_users");
    document.totalApiKeys = countOf(members, "total_api_keys");
    if (const auto roost = members.find("roost")) document.roost = readRoost(*roost);
    return document;
}

}  // namespace

/// Keeps everything but the list of users, of which only one is there at a time.
class MetadataReader::Impl {
public:
    explicit Impl(TakeUser takeUser) : takeUser_(std::move(takeUser)), stream_(*this, {}) {}

    void feed(std::span<const char> piece) {
        guarded([this, piece] { stream_.feed(piece); });
    }
    MetadataDocument finish() {
        guarded([this] { stream_.finish(); });
        MetadataDocument document = readDocument(JsonPlace(tree_.root(), std::string(metadataName)));
        document.exportedUsers = users_;
        return document;
    }

    // What JsonStream calls.
    [[nodiscard]] std::string place() const { return "'" + std::string(metadataName) + "'"; }
    void key(std::string_view text) {
        if (inUsers_) return user_.key(text);
        keep(text.size());
        tree_.key(text);
        ahead_ = tree_.depth() == 1 && isUsersKey(text);
    }
    void beginArray() {
        if (inUsers_ || !ahead_) return target().beginArray();
        inUsers_ = true;
        ahead_ = false;
        tree_.beginArray();  // stays empty
    }
    void endArray() {
        if (inUsers_ && user_.depth() == 0) {
            inUsers_ = false;
            return tree_.endArray();
        }
        target().endArray();
        takeUser();
    }
    void beginObject() { target().beginObject(); }
    void endObject() {
        target().endObject();
        takeUser();
    }
    void string(std::string_view text) {
        if (!inUsers_) keep(text.size());
        target().string(text);
        takeUser();
    }
    void number(std::string_view text) {
        if (!inUsers_) keep(text.size());
        target().number(text);
        takeUser();
    }
    void boolean(bool value) {
        target().boolean(value);
        takeUser();
    }
    void null() {
        target().null();
        takeUser();
    }

private:
    /// Bytes of text, without the users; a document of roost's has far fewer.
    static constexpr std::size_t mostKept = std::size_t{64} << 20U;

    template <class Call>
    void guarded(Call call) {
        try {
            call();
        } catch (const Mismatch& mismatch) {
            throw Error(place() + ": " + mismatch.what);
        }
    }
    TreeBuilder& target() {
        ahead_ = false;
        return inUsers_ ? user_ : tree_;
    }
    void keep(std::size_t bytes) {
        kept_ += bytes;
        if (kept_ > mostKept) throw Mismatch{"the document is too large"};
    }
    /// Where a user is whole, in the list.
    void takeUser() {
        if (!inUsers_ || user_.depth() != 0) return;
        const std::string user = JsonPlace(user_.root(), std::string(metadataName)).text();
        user_ = TreeBuilder();
        ++users_;
        if (takeUser_) takeUser_(user);
    }

    TakeUser takeUser_;
    TreeBuilder tree_;
    TreeBuilder user_;
    bool ahead_ = false;  // the key of the list has just come
    bool inUsers_ = false;
    std::uint64_t users_ = 0;
    std::size_t kept_ = 0;
    JsonStream<Impl> stream_;
};

MetadataReader::MetadataReader(TakeUser takeUser) : impl_(std::make_unique<Impl>(std::move(takeUser))) {}
MetadataReader::~MetadataReader() = default;
void MetadataReader::feed(std::span<const char> piece) { impl_->feed(piece); }
MetadataDocument MetadataReader::finish() { return impl_->finish(); }

MetadataDocument readMetadata(std::string_view json) {
    MetadataReader reader;
    reader.feed(json);
    return reader.finish();
}

}  // namespace roost::archive
