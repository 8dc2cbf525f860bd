// roost schema: what editors need to complete and check definitions.
#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/verb.hpp"
#include "pipeline/schema_document.hpp"

namespace roost::cli {

void addSchema(CommandLine& line) {
    CLI::App& verb =
        addVerb(line, "schema", "Prints a JSON Schema of definitions for the plugins that are installed",
                {"roost schema > roost.schema.json",
                 "# and in a definition, for editors: # yaml-language-server: $schema=roost.schema.json"});
    verb.callback([&line] {
        line.action = [&line] {
            PluginRegistry registry = line.globals.registry();
            const SchemaDocument document = makeSchema(registry);
            std::cout << document.json;
            std::cout.flush();
            for (const std::string& problem : document.leftOut)
                std::cerr << "roost: left out: " << problem << '\n';
            return 0;
        };
    });
}

}  // namespace roost::cli
