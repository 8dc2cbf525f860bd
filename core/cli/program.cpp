#include "cli/program.hpp"

#include <Poco/AutoPtr.h>
#include <Poco/Util/Application.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>

#include "cli/program_guard.hpp"
#include "cli/usage.hpp"
#include "cli/verb.hpp"
#include "pipeline/run.hpp"
#include "plugin/loader.hpp"
#include "roost/error.hpp"
#include "roost/version.hpp"

namespace roost::cli {

namespace {

constexpr int usageError = static_cast<int>(ExitCode::usage);
constexpr int failure = static_cast<int>(ExitCode::failed);

void addVerbs(CommandLine& line) {
    addRun(line);
    addCheck(line);
    addPlugins(line);
    addInspect(line);
    addVerify(line);
    addSchema(line);
    addNew(line);
    addTestPlugin(line);
    addRecover(line);
    addVersion(line);
}

/// Where a plugin throws out of a destructor, out of abort() or while it is loaded, nothing can go on.
[[noreturn]] void tellOfTermination() {
    std::string thrown = "something that is no exception";
    try {
        if (const std::exception_ptr present = std::current_exception()) std::rethrow_exception(present);
        thrown.clear();
    } catch (const std::exception& error) {
        thrown = error.what();
    } catch (...) {  // told as it is
    }
    const std::filesystem::path* library = libraryBeingLoaded();
    std::cerr
        << "roost: an exception where none may be thrown ended the program"
        << (library == nullptr ? "" : " while " + library->string() + " was loaded")
        << (thrown.empty() ? "" : ": " + thrown)
        << (library != nullptr
                ? "\n  remove it from the plugin folder\n"
                : "\n  a plugin threw in abort() or in a destructor; --log-level debug tells which stage "
                  "was undone last, and 'roost recover' tidies up after the run\n")
        << std::flush;
    ProgramGuard::toldAlready();
    std::abort();
}

void describeProgram(CLI::App& app) {
    app.name("roost");
    app.description("Moves an application's data through pipelines: sources, transforms, sinks.");
    app.set_help_flag("-h,--help", "show this help");
    app.set_help_all_flag();
    app.set_version_flag("--version", "roost " + std::string(version()),
                         "show the version ('roost version' tells more)");
    app.footer(
        "Examples:\n"
        "  roost new pipeline backup.yaml --source sqlite --source files --sink tar-gz\n"
        "  roost check backup.yaml\n"
        "  roost plugins tar-gz\n"
        "\n"
        "'roost VERB --help' tells more of a verb. The manual page is roost(1).");
    app.get_formatter()->label("REQUIRED", "(required)");
    app.get_formatter()->label("Options", "Options");
    app.get_formatter()->column_width(34);
}

/// Poco's application frame. It reads no options: the command line is CLI11's.
class Program final : public Poco::Util::Application {
public:
    Program() { stopOptionsProcessing(); }

protected:
    int main(const std::vector<std::string>& arguments) override {
        try {
            return runVerb({arguments.rbegin(), arguments.rend()});  // CLI11 takes them from the back
        } catch (const Error& error) {
            std::cerr << "roost: " << error.what() << '\n';
            if (!error.hint().empty()) std::cerr << "  " << error.hint() << '\n';
        } catch (const std::bad_alloc&) {
            std::cerr << "roost: out of memory\n";
        } catch (const std::exception& error) {
            std::cerr << "roost: " << error.what() << '\n';
        }
        return failure;
    }

private:
    static int runVerb(std::vector<std::string> arguments) {
        CLI::App app;
        describeProgram(app);
        CommandLine line{app, {}, {}};
        addVerbs(line);
        if (arguments.empty()) {
            std::cerr << app.help();
            return usageError;
        }
        try {
            app.parse(std::move(arguments));
        } catch (const CLI::Success& help) {
            return app.exit(help);
        } catch (const CLI::ParseError& error) {
            std::cerr << describeUsageError(app, error);
            return usageError;
        }
        if (!line.action) {
            std::cerr << app.help();
            return usageError;
        }
        const int code = [&] {
            const ProgramGuard guard;
            return line.action();
        }();
        std::cout.flush();
        if (code == 0 && !std::cout) throw Error("cannot write to standard output");
        return code;
    }
};

}  // namespace

int runProgram(int argc, char** argv) {
    std::set_terminate(tellOfTermination);
    Poco::AutoPtr<Program> program(new Program);
    program->init(argc, argv);
    return program->run();
}

}  // namespace roost::cli
