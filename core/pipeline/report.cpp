#include "pipeline/report.hpp"

#include <Poco/DateTimeFormatter.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/Timestamp.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>

#include "roost/error.hpp"
#include "roost/version.hpp"

namespace roost {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

/// By this a report is known; nothing else is ever replaced by one.
constexpr std::string_view reportBegin = "{\n  \"roost_version\":";

Object ordered() { return Object(Poco::JSON_PRESERVE_KEY_ORDER); }

std::string rfc3339(std::chrono::system_clock::time_point time) {
    const auto micros =
        std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
    return Poco::DateTimeFormatter::format(Poco::Timestamp(micros), "%Y-%m-%dT%H:%M:%SZ");
}

const char* word(const RunOutcome& outcome) {
    switch (outcome.code) {
        case ExitCode::done:
            return "done";
        case ExitCode::failed:
            return "failed";
        case ExitCode::usage:
            return "usage";
        case ExitCode::setAside:
            return "done, some set aside";
        case ExitCode::untidy:
            return outcome.undoingLeft ? "failed, tidying left" : "committed, tidying left";
        case ExitCode::interrupted:
            return "interrupted";
    }
    return "failed";
}

Object noticeList(const NoticeList& notices) {
    Array list;
    for (const Notice& notice : notices.list()) {
        Object item = ordered();
        item.set("stage", notice.stage);
        if (!notice.subject.empty()) item.set("subject", notice.subject);
        item.set("message", notice.message);
        list.add(item);
    }
    Object object = ordered();
    object.set("count", notices.count());
    object.set("list", list);
    return object;
}

Array tablesOf(const Catalog& catalog) {
    Array tables;
    for (const Table& table : catalog.tables) {
        Object item = ordered();
        item.set("name", table.qualifiedName());
        item.set("rows_planned", table.rows);
        tables.add(item);
    }
    return tables;
}

const char* word(TypeOrigin origin) {
    switch (origin) {
        case TypeOrigin::set:
            return "set";
        case TypeOrigin::inferred:
            return "inferred";
        case TypeOrigin::declared:
            break;
    }
    return "declared";
}

/// Of the columns whose declaration was not all that counts.
Array typesOf(const Catalog& catalog) {
    Array types;
    for (const Table& table : catalog.tables)
        for (const Column& column : table.columns) {
            if (isAsDeclared(column)) continue;
            Object item = ordered();
            item.set("table", table.qualifiedName());
            item.set("column", column.name);
            item.set("declared", column.nativeType);
            item.set("logical", formatType(column));
            item.set("origin", word(column.typeOrigin));
            if (!column.typeReason.empty()) item.set("reason", column.typeReason);
            types.add(item);
        }
    return types;
}

/// What the sinks could not make, or not as it was.
Array lossesOf(const Plan& plan) {
    Array losses;
    for (const PlannedSink& sink : plan.sinks)
        for (const Loss& loss : sink.acceptance.losses) {
            Object item = ordered();
            item.set("stage", sink.context->label());
            if (!loss.schema.empty()) item.set("schema", loss.schema);
            if (!loss.table.empty()) item.set("table", loss.table);
            item.set("message", loss.message);
            if (!loss.sql.empty()) item.set("sql", loss.sql);
            losses.add(item);
        }
    return losses;
}

Array entryKindsOf(const Catalog& catalog) {
    Array kinds;
    for (const EntryKindTotals& kind : catalog.entryKinds) {
        Object item = ordered();
        item.set("kind", kind.kind);
        item.set("files", kind.files);
        item.set("folders", kind.folders);
        item.set("bytes", kind.bytes);
        item.set("users", kind.users);
        kinds.add(item);
    }
    return kinds;
}

Array sourcesOf(const Run& run) {
    Array sources;
    for (std::size_t i = 0; i < run.plan()->sources.size(); ++i) {
        const PlannedSource& planned = run.plan()->sources[i];
        Object item = ordered();
        item.set("stage", planned.context->label());
        item.set("tables", tablesOf(planned.catalog));
        item.set("types", typesOf(planned.catalog));
        item.set("files", entryKindsOf(planned.catalog));
        if (i < run.progress().size()) {
            item.set("rows_read", run.progress()[i]->rows.load());
            item.set("files_read", run.progress()[i]->files.load());
            item.set("bytes_read", run.progress()[i]->bytes.load());
        }
        sources.add(item);
    }
    return sources;
}

/// What a sink tells is text; a count among it becomes a number.
void setFact(Object& object, const std::string& key, const std::string& value) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error == std::errc{} && end == value.data() + value.size())
        object.set(key, number);
    else
        object.set(key, value);
}

Array sinksOf(const RunOutcome& outcome) {
    Array sinks;
    for (const SinkOutcome& sink : outcome.sinks) {
        Object item = ordered();
        item.set("stage", sink.label);
        item.set("target", sink.target);
        item.set("committed", sink.committed);
        for (const auto& [key, value] : sink.summary) setFact(item, key, value);
        sinks.add(item);
    }
    return sinks;
}

}  // namespace

std::string formatReport(const Run& run, const RunOutcome& outcome, const RunEnvironment& environment) {
    Object report = ordered();
    report.set("roost_version", std::string(version()));
    report.set("pipeline", environment.pipelineName);
    report.set("dry_run", environment.dryRun);
    report.set("started", rfc3339(environment.startTime));
    report.set("seconds", std::chrono::duration<double>(outcome.elapsed).count());
    report.set("status", word(outcome));
    report.set("exit_code", static_cast<int>(outcome.code));
    if (!outcome.message.empty()) report.set("error", outcome.message);
    if (!outcome.hint.empty()) report.set("hint", outcome.hint);
    if (run.plan() != nullptr) {
        report.set("sources", sourcesOf(run));
        Array destroys;
        for (const std::string& line : run.plan()->destroys()) destroys.add(line);
        report.set("destroys", destroys);
        report.set("losses", lossesOf(*run.plan()));
    }
    report.set("sinks", sinksOf(outcome));
    report.set("notes", noticeList(environment.notices.notes));
    report.set("warnings", noticeList(environment.notices.warnings));
    report.set("set_aside", noticeList(environment.notices.setAside));
    std::ostringstream text;
    report.stringify(text, 2);
    text << '\n';
    return text.str();
}

namespace {

/// Of the name under which a report is written.
constexpr std::string_view temporaryEnding = ".XXXXXX";

/// A full disk takes a part first, and tells its reason with the next one.
bool writeAll(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t size = ::write(descriptor, text.data(), text.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

}  // namespace

void checkReportTarget(const std::filesystem::path& file) {
    namespace fs = std::filesystem;
    std::error_code ignored;
    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    if (!fs::is_directory(folder, ignored) || ::access(folder.c_str(), W_OK | X_OK) != 0)
        throw Error("the report cannot be written: " + folder.string() +
                    " is no folder that can be written to");
    if (file.filename().native().size() + temporaryEnding.size() > NAME_MAX)
        throw Error("the report cannot be written: its name is too long", "give a shorter one with --report");
    const fs::file_status status = fs::symlink_status(file, ignored);
    if (!fs::exists(status) || (fs::is_regular_file(status) && fs::is_empty(file, ignored))) return;
    std::string head(reportBegin.size(), '\0');
    if (fs::is_regular_file(status))
        std::ifstream(file).read(head.data(), static_cast<std::streamsize>(head.size()));
    if (head != reportBegin)
        throw Error("the report would replace " + file.string() + ", which is no report",
                    "give another name with --report");
}

void writeReport(const std::filesystem::path& file, const std::string& text) {
    checkReportTarget(file);
    std::string temporary = file.string() + std::string(temporaryEnding);
    const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);  // mode 0600
    if (descriptor < 0) throw systemError("cannot write report " + file.string(), errno);
    const bool written = writeAll(descriptor, text) && ::fsync(descriptor) == 0;
    const int problem = errno;
    ::close(descriptor);
    if (!written || ::rename(temporary.c_str(), file.c_str()) != 0) {
        const int reason = written ? errno : problem;
        ::unlink(temporary.c_str());
        throw systemError("cannot write report " + file.string(), reason);
    }
}

}  // namespace roost
