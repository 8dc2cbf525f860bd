#include "plugins/sqlite/sqlite_test_support.hpp"

#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>

#include <array>
#include <bit>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace roost::sqlite::testing {

namespace {

std::string hex(std::string_view data) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : data) {
        text += digits[static_cast<unsigned char>(c) >> 4U];
        text += digits[static_cast<unsigned char>(c) & 0xFU];
    }
    return text;
}

std::string shown(const Cell& cell) {
    switch (cell.kind()) {
        case CellKind::null:
            return "n";
        case CellKind::integer:
            return "i" + std::to_string(cell.integer());
        case CellKind::real: {
            std::array<char, 20> digits{};
            std::snprintf(digits.data(), digits.size(), "r%016llx",
                          static_cast<unsigned long long>(std::bit_cast<std::uint64_t>(cell.real())));
            return digits.data();
        }
        case CellKind::text:
            return "t" + hex(cell.text());
        case CellKind::bytes:
            return "b" + hex(cell.text());
        default:
            return "?";
    }
}

}  // namespace

Folder::Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "roost-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = pattern;
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> Folder::names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
        names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
}

Database::Database(const std::string& path) {
    sqlite3* opened = nullptr;
    sqlite3_open(path.c_str(), &opened);
    handle_.reset(opened);
}

void Database::run(const std::string& sql) {
    if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        throw std::runtime_error(std::string(sqlite3_errmsg(handle())) + ": " + sql);
}

bool Database::tryRun(const std::string& sql) {
    return sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
}

SqliteSource::Options optionsFor(const std::string& path) {
    SqliteSource::Options options;
    options.url = Location::parse("sqlite:" + path);
    options.busyTimeout = 5000;
    return options;
}

Reading readAll(const SqliteSource::Options& options, Host& host) {
    SqliteSource source(options);
    const Catalog catalog = source.catalog(host);
    std::map<std::string, Reading> tables;
    const Table* open = nullptr;
    std::uint64_t rows = 0;
    Item item;
    while (source.next(item)) {
        if (const auto* begin = std::get_if<TableBegin>(&item)) {
            REQUIRE(open == nullptr);
            open = catalog.find(begin->table);
            REQUIRE(open != nullptr);
            tables[open->name].push_back("T " + hex(open->name));
            rows = 0;
        } else if (const auto* batch = std::get_if<BatchPtr>(&item)) {
            REQUIRE(open != nullptr);
            REQUIRE((*batch)->table() == open->id);
            REQUIRE((*batch)->columns() == open->columns.size());
            REQUIRE_FALSE((*batch)->empty());
            rows += (*batch)->rows();
            for (std::size_t row = 0; row < (*batch)->rows(); ++row) {
                std::string line = "R";
                const auto cells = (*batch)->row(row);
                for (std::size_t i = 0; i < cells.size(); ++i)
                    if (!open->columns[i].generated) line += " " + shown(cells[i]);
                tables[open->name].push_back(line);
            }
        } else {
            const auto& end = std::get<TableEnd>(item);
            REQUIRE(open != nullptr);
            REQUIRE(end.table == open->id);
            REQUIRE(end.rows == rows);
            open = nullptr;
        }
    }
    REQUIRE(open == nullptr);
    REQUIRE(tables.size() == catalog.tables.size());
    Reading all;
    for (auto& [name, reading] : tables) all.insert(all.end(), reading.begin(), reading.end());
    return all;
}

Reading readWithPython(const std::string& path) {
    const std::string command = "python3 '" ROOST_SQLITE_READER "' '" + path + "'";
    std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    std::string output;
    std::array<char, 65536> buffer{};
    while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
        output.append(buffer.data(), got);
    REQUIRE(::pclose(pipe.release()) == 0);
    Reading lines;
    std::istringstream stream(output);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::string errorOf(const SqliteSource::Options& options, Host& host) {
    try {
        SqliteSource source(options);
        static_cast<void>(source.catalog(host));
        Item item;
        while (source.next(item)) {
        }
    } catch (const Error& error) {
        return std::string(error.what()) + " | " + error.hint();
    }
    return {};
}

bool asOrdinaryUser(const std::function<bool()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(2);
        bool good = false;
        try {
            good = work();
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
        }
        ::_exit(good ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string contentOf(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void writeContent(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
}

std::filesystem::path fixture(const std::string& name) {
    for (const char* folder : {ROOST_OWN_FIXTURES, ROOST_SHARED_FIXTURES})
        if (const auto path = std::filesystem::path(folder) / name; std::filesystem::exists(path))
            return path;
    return {};
}

}  // namespace roost::sqlite::testing
