# cmake -D FOLDER=folder -D FILES="a;b/c" -D OUTPUT=texts.cpp -P EmbedTexts.cmake
#
# Writes a C++ file with the texts of the templates of `roost new plugin` (core/cli/plugin_scaffold.hpp), so that the
# program needs no files beside it. A text must not hold ')embedded"'.
set(rows "")
foreach(file IN LISTS FILES)
  file(READ "${FOLDER}/${file}" text)
  string(APPEND rows "    {\"${file}\", R\"embedded(${text})embedded\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "// Made of the files in core/cli/templates by cmake/EmbedTexts.cmake.
#include \"cli/plugin_scaffold.hpp\"

namespace roost::cli {

namespace {

constexpr PluginTemplate all[] = {
${rows}};

}  // namespace

std::span<const PluginTemplate> pluginTemplates() noexcept { return all; }

}  // namespace roost::cli
")
