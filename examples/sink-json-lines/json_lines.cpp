// A roost sink: rows as JSON Lines (jsonlines.org), an object a line with the table's name under "$table".
#include <Poco/Base64Encoder.h>
#include <Poco/JSON/Object.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <sstream>
#include <string>
#include <variant>

#include "roost/plugin.hpp"

namespace {

using roost::Cell;
using roost::CellKind;

std::string base64(std::string_view bytes) {
    std::ostringstream text;
    Poco::Base64Encoder encoder(text);
    encoder.rdbuf()->setLineLength(0);
    encoder << bytes;
    encoder.close();
    return text.str();
}

/// Numbers, texts, true, false and null as JSON has them; bytes in base64; days, microseconds and parts as
/// numbers.
Poco::Dynamic::Var jsonOf(const Cell& cell) {
    switch (cell.kind()) {
        case CellKind::null:
            return {};
        case CellKind::boolean:
            return cell.integer() != 0;
        case CellKind::real:
            if (!std::isfinite(cell.real())) return std::to_string(cell.real());  // JSON has no number for it
            return cell.real();
        case CellKind::text:
        case CellKind::decimal:
            return std::string(cell.text());
        case CellKind::bytes:
        case CellKind::uuid:
            return base64(cell.text());
        case CellKind::interval:
            return std::to_string(cell.interval().months) + " months " +
                   std::to_string(cell.interval().days) + " days " +
                   std::to_string(cell.interval().microseconds) + " us";
        default:
            return cell.integer();
    }
}

class JsonLines final : public roost::Sink {
public:
    struct Options {
        roost::Location url;
    };
    static roost::PluginInfo info() {
        return {"json-lines", "1.0", "Rows as JSON, an object a line", "archive", {"jsonl"}};
    }
    static const roost::OptionTable<Options>& options() {
        static const auto table =
            roost::OptionTable<Options>().url(&Options::url, "The file to make.").example("file:rows.jsonl");
        return table;
    }

    explicit JsonLines(Options options) : target_(options.url.path()), part_(target_ + ".part") {}
    ~JsonLines() override { discard(); }
    JsonLines(const JsonLines&) = delete;
    JsonLines& operator=(const JsonLines&) = delete;

    roost::Acceptance accept(const roost::Catalog&, roost::Context&) override {
        roost::Acceptance acceptance;
        acceptance.tables = true;
        acceptance.target = target_;
        if (::access(target_.c_str(), F_OK) == 0) acceptance.refusals.push_back(target_ + " exists");
        return acceptance;
    }
    void begin(const roost::Catalog& catalog, roost::Context& context) override {
        catalog_ = &catalog;
        context.journal(part_);  // where this run is killed, recover() below gets it
        const int descriptor = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (descriptor < 0) throw roost::systemError("cannot create " + part_, errno);
        file_ = ::fdopen(descriptor, "w");
    }
    void write(roost::Item& item) override {
        const auto* batch = std::get_if<roost::BatchPtr>(&item);
        if (batch == nullptr) return;
        const roost::Table& table = *catalog_->find((*batch)->table());
        for (std::size_t i = 0; i < (*batch)->rows(); ++i) writeRow(table, (*batch)->row(i));
    }
    void prepare() override {
        if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0)
            throw roost::systemError("cannot write " + part_, errno);
    }
    void commit() override {
        // link() and not rename(): what appeared there meanwhile is not replaced.
        if (::link(part_.c_str(), target_.c_str()) != 0)
            throw roost::systemError("cannot make " + target_, errno);
        discard();
    }
    void abort() noexcept override { discard(); }
    static std::string recover(const std::string& record, roost::Context&) {
        return ::unlink(record.c_str()) == 0 ? "removed " + record : "";
    }
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> summary() const override {
        return {{"rows", std::to_string(rows_)}};
    }

private:
    void writeRow(const roost::Table& table, std::span<const Cell> row) {
        Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
        object.set("$table", table.qualifiedName());
        for (std::size_t i = 0; i < row.size(); ++i) object.set(table.columns[i].name, jsonOf(row[i]));
        std::ostringstream line;
        object.stringify(line);
        line << '\n';
        const std::string text = line.str();
        if (std::fwrite(text.data(), 1, text.size(), file_) != text.size())
            throw roost::systemError("cannot write " + part_, errno);
        ++rows_;
    }
    /// Takes away what only this run needed.
    void discard() noexcept {
        if (file_ == nullptr) return;
        std::fclose(file_);
        file_ = nullptr;
        ::unlink(part_.c_str());
    }

    std::string target_;
    std::string part_;
    std::FILE* file_ = nullptr;
    const roost::Catalog* catalog_ = nullptr;
    std::uint64_t rows_ = 0;
};

}  // namespace

ROOST_PLUGIN(JsonLines)
