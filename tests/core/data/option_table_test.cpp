#include "roost/option_table.hpp"

#include <catch2/catch.hpp>

using namespace roost;

namespace {

enum class Policy { warn, fail };

struct Options {
    std::string name = "none";
    bool quick = false;
    int level = 2;
    std::uint64_t limit = 1024;
    std::int64_t timeout = 30'000;
    Policy policy = Policy::warn;
    std::vector<std::string> tables;
    TextMap types;
};

const OptionTable<Options>& table() {
    static const auto made = OptionTable<Options>()
                                 .text("name", &Options::name, "A name.")
                                 .boolean("quick", &Options::quick, "Be quick.")
                                 .integer("level", &Options::level, "How much.")
                                 .range(0, 9)
                                 .size("limit", &Options::limit, "1KiB", "How large.")
                                 .duration("timeout", &Options::timeout, "30s", "How long.")
                                 .choice("policy", &Options::policy, {"warn", "fail"}, "What then.")
                                 .list("tables", &Options::tables, "Which.")
                                 .map("types", &Options::types, "What.")
                                 .text("password", &Options::name, "A secret.")
                                 .secret();
    return made;
}

Node scalar(std::string text) {
    Node node;
    node.kind = Node::Kind::scalar;
    node.scalar = std::move(text);
    node.position = {3, 9};
    return node;
}

Node settings(const std::string& key, Node value) {
    Node node;
    node.kind = Node::Kind::mapping;
    node.members.emplace_back(scalar(key), std::move(value));
    return node;
}

std::string problem(const std::string& key, const Node& value) {
    Diagnostics diagnostics;
    (void)table().parse(settings(key, value), diagnostics);
    if (diagnostics.empty()) return "";
    CHECK(diagnostics.list()[0].position == Position{3, 9});
    return diagnostics.list()[0].message;
}

}  // namespace

TEST_CASE("options are read into the members that they are bound to") {
    Diagnostics diagnostics;
    CHECK(table().parse(settings("name", scalar("x")), diagnostics).name == "x");
    CHECK(table().parse(settings("quick", scalar("true")), diagnostics).quick);
    CHECK(table().parse(settings("level", scalar("9")), diagnostics).level == 9);
    CHECK(table().parse(settings("limit", scalar("2 MiB")), diagnostics).limit == 2 * 1024 * 1024);
    CHECK(table().parse(settings("timeout", scalar("5m")), diagnostics).timeout == 300'000);
    CHECK(table().parse(settings("policy", scalar("fail")), diagnostics).policy == Policy::fail);
    CHECK(table().parse(settings("tables", scalar("a, b,,c ")), diagnostics).tables ==
          std::vector<std::string>{"a", "b", "c"});
    CHECK(table().parse(settings("other", scalar("x")), diagnostics).level == 2);
    CHECK(diagnostics.empty());
}

TEST_CASE("one text with commas is a list; quotes keep blanks and commas") {
    const auto listed = [](const std::string& text) {
        Diagnostics diagnostics;
        return table().parse(settings("tables", scalar(text)), diagnostics).tables;
    };
    using Names = std::vector<std::string>;
    CHECK(listed("a, b ,c") == Names{"a", "b", "c"});
    CHECK(listed(R"("smith, john",alice )") == Names{"smith, john", "alice"});
    CHECK(listed(R"( "alice " , " ")") == Names{"alice ", " "});
    CHECK(listed(R"("say ""yes""","")") == Names{R"(say "yes")"});
    CHECK(listed(R"("a"b,"c)") == Names{R"("a"b)", R"("c)"});
    CHECK(listed(R"(5",6")") == Names{"5\"", "6\""});
    CHECK(listed(" , ,") == Names{});
}

TEST_CASE("a value of a wrong type is told with what the option takes") {
    CHECK(problem("quick", scalar("maybe")) == "option 'quick' takes true or false, not 'maybe'");
    CHECK(problem("level", scalar("ten")) == "option 'level' takes a whole number, not 'ten'");
    CHECK(problem("level", scalar("99999999999999999999")) ==
          "option 'level' takes a whole number, not '99999999999999999999'");
    CHECK(problem("level", scalar("10")) == "option 'level' is from 0 to 9, not 10");
    CHECK(problem("limit", scalar("2MB")) == "option 'limit' takes a size such as 512KiB or 2GiB, not '2MB'");
    CHECK(problem("timeout", scalar("30")) ==
          "option 'timeout' takes a duration such as 500ms, 30s or 5m, not '30'");
    CHECK(problem("policy", scalar("fial")) == "option 'policy' is one of warn, fail, not 'fial'");
    Node list;
    list.kind = Node::Kind::sequence;
    list.position = {3, 9};
    CHECK(problem("name", list) == "option 'name' takes text, not a list");
    CHECK(problem("password", list) == "option 'password' takes text, not a list");
}

TEST_CASE("the declared options carry what users read") {
    const auto& specs = table().specs();
    REQUIRE(specs.size() == 9);
    CHECK(specs[0].defaultValue == "none");
    CHECK(specs[1].defaultValue == "false");
    CHECK(specs[2].minimum == 0);
    CHECK(specs[2].maximum == 9);
    CHECK(specs[3].defaultValue == "1KiB");
    CHECK(specs[5].defaultValue == "warn");
    CHECK(specs[5].choices == std::vector<std::string>{"warn", "fail"});
    CHECK(specs[8].secret);
}

TEST_CASE("a near word is found, a far one is not") {
    const std::vector<std::string> words{"level", "on-existing", "url"};
    CHECK(nearest("levle", words) == "level");
    CHECK(nearest("LEVEL", words) == "level");
    CHECK(nearest("on-exsting", words) == "on-existing");
    CHECK(nearest("compression", words).empty());
    CHECK(nearest("", words).empty());
    CHECK(nearest("xyz", words).empty());
}

namespace {

struct Rule {
    std::string name;
    std::optional<std::string> text;
    std::optional<bool> drop;
    int level = 3;
    Position position;
};
struct Rules {
    std::vector<Rule> rules;
};

const OptionTable<Rules>& ruleTable() {
    static const auto made = OptionTable<Rules>().records("rules", &Rules::rules,
                                                          OptionTable<Rule>()
                                                              .text("name", &Rule::name, "Which.")
                                                              .required()
                                                              .text("text", &Rule::text, "What.")
                                                              .boolean("drop", &Rule::drop, "Away.")
                                                              .integer("level", &Rule::level, "How much.")
                                                              .range(0, 9),
                                                          "The rules.");
    return made;
}

Node mapping(std::vector<std::pair<std::string, Node>> members, std::uint32_t line) {
    Node node;
    node.kind = Node::Kind::mapping;
    node.position = {line, 7};
    for (auto& [key, value] : members) node.members.emplace_back(scalar(key), std::move(value));
    return node;
}

Node sequence(std::vector<Node> items) {
    Node node;
    node.kind = Node::Kind::sequence;
    node.position = {3, 9};
    node.items = std::move(items);
    return node;
}

std::vector<std::string> ruleProblems(Node value) {
    Diagnostics diagnostics;
    (void)ruleTable().parse(settings("rules", std::move(value)), diagnostics);
    std::vector<std::string> messages;
    for (const Diagnostic& diagnostic : diagnostics.list())
        messages.push_back(std::to_string(diagnostic.position.line) + ": " + diagnostic.message);
    return messages;
}

}  // namespace

TEST_CASE("a list of records is read item by item, each with its defaults and its place") {
    Diagnostics diagnostics;
    const Rules read = ruleTable().parse(
        settings(
            "rules",
            sequence({mapping({{"name", scalar("a")}, {"level", scalar("5")}}, 4),
                      mapping({{"name", scalar("b")}, {"text", Node()}, {"drop", scalar("false")}}, 8)})),
        diagnostics);
    CHECK(diagnostics.empty());
    REQUIRE(read.rules.size() == 2);
    CHECK(read.rules[0].name == "a");
    CHECK(read.rules[0].level == 5);
    CHECK_FALSE(read.rules[0].text.has_value());
    CHECK_FALSE(read.rules[0].drop.has_value());
    CHECK(read.rules[0].position == Position{4, 7});
    CHECK(read.rules[1].level == 3);
    CHECK(read.rules[1].text == "");
    CHECK(read.rules[1].drop == false);
    CHECK(read.rules[1].position == Position{8, 7});
    const OptionSpec& spec = ruleTable().specs().at(0);
    CHECK(spec.type == OptionType::records);
    REQUIRE(spec.members.size() == 4);
    CHECK(spec.members[0].required);
    CHECK(spec.members[1].defaultValue.empty());
    CHECK(spec.members[3].maximum == 9);
}

TEST_CASE("one mapping is a list of one, and nothing an empty list") {
    Diagnostics diagnostics;
    const Rules one = ruleTable().parse(settings("rules", mapping({{"name", scalar("a")}}, 4)), diagnostics);
    REQUIRE(one.rules.size() == 1);
    CHECK(one.rules[0].name == "a");
    CHECK(ruleTable().parse(settings("rules", Node()), diagnostics).rules.empty());
    CHECK(diagnostics.empty());
}

TEST_CASE("what is wrong in a record is told with its place, all of it at once") {
    using Lines = std::vector<std::string>;
    CHECK(ruleProblems(scalar("a")) == Lines{"3: option 'rules' takes a list of records, not 'a'"});
    CHECK(ruleProblems(sequence({scalar("a")})) == Lines{"3: an item of 'rules' is a mapping, not text"});
    CHECK(ruleProblems(sequence({mapping({{"nmae", scalar("a")}}, 4), mapping({{"name", scalar("")}}, 5),
                                 mapping({{"name", scalar("c")}, {"level", scalar("10")}}, 6)})) ==
          Lines{"3: unknown option 'nmae' in an item of 'rules'",
                "4: missing option 'name' in an item of 'rules'",
                "3: option 'name' is empty, but required by an item of 'rules'",
                "3: option 'level' is from 0 to 9, not 10"});
}
