// roost-bench-data: makes the data folder of a server like Aviary, of any size, the same for the same seed.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "bench/aviary_rows.hpp"
#include "bench/postgres_output.hpp"
#include "bench/sqlite_output.hpp"
#include "bench/user_files.hpp"

namespace {

using namespace roost::bench;

struct Settings {
    std::filesystem::path out;
    std::uint64_t rows = 1'000'000;
    std::uint64_t filesBytes = std::uint64_t{1} << 30U;
    std::size_t users = 50;
    std::uint64_t seed = 1;
    std::string postgresSql;
};

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

void makeFolder(const std::filesystem::path& folder) {
    if (std::filesystem::exists(folder) && !std::filesystem::is_empty(folder))
        throw std::runtime_error(folder.string() + " is not empty: give a new folder");
    std::filesystem::create_directories(folder);
}

/// One sequence for each part, so that the rows are the same whatever files are asked for, and the reverse.
enum class Part : std::uint64_t { users = 1, files, content, rows };
Random sequence(const Settings& settings, Part part) {
    return Random(settings.seed * 1'000'003 + static_cast<std::uint64_t>(part));
}

void generate(const Settings& settings) {
    const RowPlan plan = planRows(settings.rows, settings.users);
    if (!settings.out.empty()) makeFolder(settings.out);
    Random userNumbers = sequence(settings, Part::users);
    Random fileNumbers = sequence(settings, Part::files);
    Random contentNumbers = sequence(settings, Part::content);
    Random rowNumbers = sequence(settings, Part::rows);
    const auto users = planUsers(settings.users, userNumbers);
    const auto files = planFiles(settings.filesBytes, settings.users, fileNumbers);

    std::vector<std::unique_ptr<RowOutput>> outputs;
    if (!settings.out.empty()) outputs.push_back(std::make_unique<SqliteOutput>(settings.out / "aviary.db"));
    std::unique_ptr<std::FILE, CloseFile> script;
    if (settings.postgresSql == "-") {
        outputs.push_back(std::make_unique<PostgresOutput>(stdout));
    } else if (!settings.postgresSql.empty()) {
        script.reset(std::fopen(settings.postgresSql.c_str(), "wbx"));
        if (!script)
            throw std::runtime_error("cannot make " + settings.postgresSql + ": it must not exist yet");
        outputs.push_back(std::make_unique<PostgresOutput>(script.get()));
    }
    AviaryRows(users, files, rowNumbers, outputs).write(plan);
    if (!settings.out.empty()) writeFiles(settings.out / "users", users, files, contentNumbers);
    std::cerr << settings.rows << " rows, " << settings.users << " users, " << files.size() << " files of "
              << settings.filesBytes << " bytes\n";
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "Makes the data folder of a server like Aviary: aviary.db and users/<id>/pdfs, users/<id>/rmapi.\n"
        "70 % of the files' bytes do not compress. The same options give the same bytes.");
    Settings settings;
    app.add_option("--out", settings.out, "the folder to make; must not exist or be empty");
    app.add_option("--rows", settings.rows, "rows of all tables together")->capture_default_str();
    app.add_option("--files-bytes", settings.filesBytes,
                   "bytes of all documents together, also 512MiB or 1GiB")
        ->transform(CLI::AsSizeValue(false))
        ->capture_default_str();
    app.add_option("--users", settings.users, "how many users")
        ->capture_default_str()
        ->check(CLI::Range(1, 10'000'000));
    app.add_option("--seed", settings.seed, "another seed gives other data")->capture_default_str();
    app.add_option("--postgres-sql", settings.postgresSql,
                   "writes the same rows as a script for psql into this file; - for standard output");
    CLI11_PARSE(app, argc, argv);
    try {
        if (settings.out.empty() && settings.postgresSql.empty())
            throw std::invalid_argument("nothing to make: give --out, --postgres-sql or both");
        generate(settings);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "roost-bench-data: " << error.what() << '\n';
        return 1;
    }
}
