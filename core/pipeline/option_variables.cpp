#include "pipeline/option_variables.hpp"

#include <algorithm>
#include <cctype>

namespace roost {

namespace {

/// True for what a shell takes as it stands.
bool isPlain(std::string_view value) {
    return !value.empty() && std::ranges::all_of(value, [](unsigned char c) {
        return std::isalnum(c) != 0 ||
               std::string_view("-_.,:/@%+").find(static_cast<char>(c)) != std::string_view::npos;
    });
}

/// "on-orphans: apply" as it is set here; "" where no variable gives that option.
std::string settingOf(std::string_view advice, const OptionVariables& variables) {
    const std::size_t colon = advice.find(": ");
    const auto variable = variables.find(advice.substr(0, colon));
    if (variable == variables.end()) return {};
    if (colon == std::string_view::npos) return "--set " + variable->second + "=...";
    const std::string_view value = advice.substr(colon + 2);
    return isPlain(value) ? "--set " + variable->second + "=" + std::string(value) : "";
}

}  // namespace

std::string nameVariables(std::string_view text, const OptionVariables& variables) {
    if (variables.empty()) return std::string(text);
    std::string named;
    std::size_t at = 0;
    for (;;) {
        const std::size_t open = text.find('\'', at);
        const std::size_t close = open == std::string_view::npos ? open : text.find('\'', open + 1);
        if (close == std::string_view::npos) break;
        const std::string setting = settingOf(text.substr(open + 1, close - open - 1), variables);
        // A quote that closes nothing may open what is looked for.
        const std::size_t end = setting.empty() ? open + 1 : close + 1;
        named += text.substr(at, end - at);
        if (!setting.empty()) named += " (here: " + setting + ")";
        at = end;
    }
    return named.append(text.substr(at));
}

}  // namespace roost
