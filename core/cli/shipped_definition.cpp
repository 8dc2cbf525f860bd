#include "cli/shipped_definition.hpp"

#include <filesystem>
#include <system_error>

#include "cli/shell_word.hpp"

namespace roost::cli {

namespace {

namespace fs = std::filesystem;

std::string hintFor(const fs::path& file) {
    std::error_code error;
    if (fs::exists(file, error) || error) return {};
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    if (error) return {};
    const fs::path above = program.parent_path().parent_path();
    // PREFIX/bin/roost, and TREE/build/PRESET/bin/roost.
    for (const fs::path& folder :
         {above / "share" / "roost" / "pipelines", above.parent_path().parent_path() / "pipelines"}) {
        const fs::path shipped = folder / file.filename();
        if (fs::is_regular_file(shipped, error))
            return "  one of that name comes with roost: " + shellWord(shipped.string()) + "\n";
    }
    return {};
}

}  // namespace

std::string shippedDefinitionHint(const Definition& definition) {
    return hintFor(definition.source.file()) + (definition.before ? hintFor(*definition.before) : "");
}

}  // namespace roost::cli
