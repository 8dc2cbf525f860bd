#include "cli/usage.hpp"

#include <CLI/CLI.hpp>
#include <vector>

#include "roost/diagnostic.hpp"

namespace roost::cli {

namespace {

const CLI::App& chosen(const CLI::App& app) {
    const auto verbs = app.get_subcommands();
    return verbs.empty() ? app : chosen(*verbs.front());
}

/// "roost check", as it has to be written.
std::string path(const CLI::App& app) {
    return app.get_parent() == nullptr ? app.get_name() : path(*app.get_parent()) + " " + app.get_name();
}

std::vector<std::string> optionsOf(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options())
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    return names;
}

std::vector<std::string> verbsOf(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(verb->get_name());
    return names;
}

std::string describeUnexpected(const CLI::App& app, const std::string& word) {
    const bool isOption = word.size() > 1 && word.front() == '-';
    const std::string bare = word.substr(0, word.find('='));
    const std::vector<std::string> verbs = verbsOf(app);
    std::string text;
    std::string near;
    if (isOption) {
        text = "unknown option '" + bare + "'";
        near = nearest(bare, optionsOf(app));
    } else if (!verbs.empty()) {
        text = "unknown verb '" + word + "'";
        near = nearest(word, verbs);
    } else {
        text = "'" + word + "' is one argument too many";
    }
    return near.empty() ? text : text + "; did you mean '" + near + "'?";
}

}  // namespace

std::string describeUsageError(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App& verb = chosen(app);
    std::string text;
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
        for (const std::string& word : verb.remaining()) {
            if (word == "--") continue;
            text += "roost: " + describeUnexpected(verb, word) + "\n";
            if (word.front() != '-') break;  // what follows a wrong verb means nothing
        }
    if (text.empty()) text = std::string("roost: ") + error.what() + "\n";
    return text + "Try '" + path(verb) + " --help'.\n";
}

}  // namespace roost::cli
