// A storage sink: the files of users in one SQLite file, a "box".
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "database.hpp"
#include "roost/plugin.hpp"

namespace {

namespace fs = std::filesystem;

constexpr std::size_t pieceBytes = std::size_t{1} << 20U;

constexpr const char* layout =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"  // the file is made anew and thrown away on
                                                            // failure
    "PRAGMA application_id = 0x626f7831; BEGIN;"
    "CREATE TABLE kind(name BLOB PRIMARY KEY, coverage BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE entry(id INTEGER PRIMARY KEY, kind BLOB NOT NULL, owner BLOB NOT NULL, path BLOB NOT NULL,"
    " folder INTEGER NOT NULL, size INTEGER NOT NULL, mode INTEGER NOT NULL, modified INTEGER NOT NULL,"
    " UNIQUE(kind, owner, path));"
    "CREATE TABLE piece(entry INTEGER NOT NULL, number INTEGER NOT NULL, bytes BLOB NOT NULL,"
    " PRIMARY KEY(entry, number)) WITHOUT ROWID;";

/// The file that grows, and the statements on it.
struct Writing {
    explicit Writing(const fs::path& file) : database(file, SQLITE_OPEN_READWRITE) {}
    box::Database database;
    std::optional<box::Statement> kind, entry, size, piece;
};

class BoxSink final : public roost::Sink {
public:
    struct Options {
        roost::Location url;
        bool replace = false;
    };

    static roost::PluginInfo info() {
        return {"box", "1.0", "Users' files in one SQLite file", "storage", {"box"}};
    }
    static const roost::OptionTable<Options>& options() {
        static const auto table = roost::OptionTable<Options>()
                                      .url(&Options::url, "The file to make.")
                                      .example("box:/backups/files.box")
                                      .boolean("replace", &Options::replace, "Replace a file of that name.");
        return table;
    }

    explicit BoxSink(Options options)
        : options_(std::move(options)), target_(fs::absolute(options_.url.path())) {}
    /// Takes away what is unfinished; publishes nothing.
    ~BoxSink() override { removePart(); }
    BoxSink(const BoxSink&) = delete;
    BoxSink& operator=(const BoxSink&) = delete;

    roost::Acceptance accept(const roost::Catalog&, roost::Context&) override {
        roost::Acceptance acceptance;
        acceptance.entries = true;
        acceptance.target = target_.string();
        if (fs::is_directory(target_))
            acceptance.refusals.push_back("'" + target_.native() + "' is a folder");
        else if (fs::exists(fs::symlink_status(target_)) && !options_.replace)
            acceptance.refusals.push_back("'" + target_.native() + "' exists; 'replace: true' replaces it");
        else if (fs::exists(fs::symlink_status(target_)))
            acceptance.destroys.push_back(target_.string());
        if (!fs::is_directory(target_.parent_path()))
            acceptance.refusals.push_back("there is no folder '" + target_.parent_path().native() + "'");
        return acceptance;
    }

    void begin(const roost::Catalog& catalog, roost::Context& context) override {
        context_ = &context;
        // O_EXCL: what another run is writing is not touched. A killed run's is removed by recover().
        const int file = ::open(part().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file < 0) throw roost::systemError("cannot create '" + part().native() + "'", errno);
        ::close(file);
        mine_ = true;
        context.journal(part().string());
        writing_.emplace(part());
        writing_->database.run(layout);
        const auto prepare = [&](std::optional<box::Statement>& statement, const char* sql) {
            statement.emplace(writing_->database, sql);
        };
        prepare(writing_->kind, "INSERT INTO kind VALUES (?, ?)");
        prepare(writing_->entry, "INSERT INTO entry VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)");
        prepare(writing_->size, "UPDATE entry SET size = ? WHERE id = ?");
        prepare(writing_->piece, "INSERT INTO piece VALUES (?, ?, ?)");
        // Also kinds without files: whoever reads the box knows that there were none.
        for (const roost::EntryKindTotals& kind : catalog.entryKinds)
            writing_->kind->bind(1, kind.kind).bind(2, roost::name(kind.coverage)).step();
    }

    void write(roost::Item& item) override {
        auto* entry = std::get_if<roost::Entry>(&item);
        if (entry == nullptr) return;
        const bool folder = entry->type == roost::EntryType::folder;
        writing_->entry->bind(1, entry->kind)
            .bind(2, entry->owner)
            .bind(3, entry->path)
            .bind(4, std::int64_t{folder})
            .bind(5, static_cast<std::int64_t>(entry->size))
            .bind(6, std::int64_t{entry->mode})
            .bind(7, entry->modifiedNanoseconds)
            .step();
        if (!folder) writeContent(*entry, sqlite3_last_insert_rowid(writing_->database.handle()));
    }

    /// All that can fail comes here, so that commit() is a single step.
    void prepare() override {
        writing_->database.run("COMMIT");
        writing_.reset();
        const int file = ::open(part().c_str(), O_RDONLY | O_CLOEXEC);
        const bool synced = file >= 0 && ::fsync(file) == 0;
        const int problem = errno;
        if (file >= 0) ::close(file);
        if (!synced) throw roost::systemError("cannot write '" + part().native() + "'", problem);
    }
    void commit() override {
        if (std::rename(part().c_str(), target_.c_str()) != 0)
            throw roost::systemError("cannot rename '" + part().native() + "'", errno);
        mine_ = false;
    }
    void abort() noexcept override { removePart(); }

    [[nodiscard]] std::vector<std::pair<std::string, std::string>> summary() const override {
        return {{"files", std::to_string(files_)}, {"size", std::to_string(fs::file_size(target_))}};
    }

    /// Undoes what a killed run left.
    static std::string recover(const std::string& record, roost::Context&) {
        std::error_code error;
        const bool removed = fs::remove(record, error);
        if (error) throw roost::Error("cannot remove '" + record + "': " + error.message());
        return removed ? "removed " + record : "";
    }

private:
    [[nodiscard]] fs::path part() const { return target_.native() + ".part"; }
    void removePart() noexcept {
        writing_.reset();
        std::error_code ignored;
        if (std::exchange(mine_, false)) fs::remove(part(), ignored);
    }

    void writeContent(roost::Entry& entry, std::int64_t id) {
        std::uint64_t size = 0;
        for (std::int64_t number = 0;; ++number) {
            if (context_->stopToken().stop_requested()) throw roost::Interrupted();
            context_->alive();
            const std::size_t got = entry.content->read(buffer_);
            if (got == 0) break;
            size += got;
            writing_->piece->bind(1, id)
                .bind(2, number)
                .bind(3, {reinterpret_cast<const char*>(buffer_.data()), got})
                .step();
        }
        ++files_;
        // A file that changed while it was read: kept as it came, and the user is told.
        if (entry.content->state() == roost::ReadState::intact) return;
        writing_->size->bind(1, static_cast<std::int64_t>(size)).bind(2, id).step();
        context_->setAside(entry.displayName(), "written as it was read: " + entry.content->message());
    }

    Options options_;
    fs::path target_;
    roost::Context* context_ = nullptr;
    bool mine_ = false;  ///< the unfinished file is there, and is this run's
    std::optional<Writing> writing_;
    std::vector<std::byte> buffer_ = std::vector<std::byte>(pieceBytes);
    std::uint64_t files_ = 0;
};

}  // namespace

ROOST_PLUGIN(BoxSink)
