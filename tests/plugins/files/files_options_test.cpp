#include "sources/files/files_options.hpp"

#include <catch2/catch.hpp>

#include "plugins/files/sample_tree.hpp"

using namespace roost;
using namespace roost::storage;

namespace {

Node scalar(std::string text, std::uint32_t line, std::uint32_t column) {
    Node node;
    node.kind = Node::Kind::scalar;
    node.scalar = std::move(text);
    node.position = {line, column};
    return node;
}

/// The settings of a stage: its url on line 2, its kinds from line 4 on.
Node settings(const std::string& url, const std::vector<std::pair<std::string, std::string>>& kinds) {
    Node stage;
    stage.kind = Node::Kind::mapping;
    stage.members.emplace_back(scalar("url", 2, 3), scalar(url, 2, 8));
    Node map;
    map.kind = Node::Kind::mapping;
    map.position = {3, 10};
    for (const auto& [kind, folder] : kinds) {
        const auto line = static_cast<std::uint32_t>(4 + map.members.size());
        map.members.emplace_back(scalar(kind, line, 5), scalar(folder, line, 20));
    }
    stage.members.emplace_back(scalar("kinds", 3, 3), map);
    return stage;
}

std::vector<std::string> problems(const Node& stage) {
    Diagnostics diagnostics;
    const auto options = FilesSource::options().parse(stage, diagnostics);
    FilesSource::check(options, stage, diagnostics);
    std::vector<std::string> list;
    for (const Diagnostic& diagnostic : diagnostics.list())
        list.push_back(std::to_string(diagnostic.position.line) + ":" +
                       std::to_string(diagnostic.position.column) + ": " + diagnostic.message);
    return list;
}

}  // namespace

TEST_CASE("kinds of another application are taken as they are") {
    CHECK(problems(settings("file:/data", {{"pictures", "media/pictures"}, {"notes", "media/notes/"}}))
              .empty());
    CHECK(problems(settings("file:/data", {{"everything", "."}})).empty());
}

TEST_CASE("every kind that can't work is refused at its place") {
    CHECK(
        problems(settings("file:/data", {{"a/b", "x"}, {"..", "y"}, {"ok", "/absolute"}, {"up", "../x"}})) ==
        std::vector<std::string>{
            "4:5: 'a/b' cannot name a kind of file: it becomes the name of a folder in the archive",
            "5:5: '..' cannot name a kind of file: it becomes the name of a folder in the archive",
            "6:5: '/absolute' is no folder in a user's folder: write a path such as 'pdfs' or 'files/pdfs', "
            "or "
            "'.' for the user's folder itself",
            "7:5: '../x' is no folder in a user's folder: write a path such as 'pdfs' or 'files/pdfs', or "
            "'.' "
            "for the user's folder itself"});
    CHECK(problems(settings("file:/data", {{"a", "x/y"}, {"b", "x"}, {"c", "x/z"}})) ==
          std::vector<std::string>{
              "5:5: the folders of 'a' and 'b' overlap: their files would be taken twice",
              "6:5: the folders of 'b' and 'c' overlap: their files would be taken twice"});
    CHECK(problems(settings("file:/data", {{"a", "x"}, {"all", "."}})) ==
          std::vector<std::string>{
              "5:5: the folders of 'a' and 'all' overlap: their files would be taken twice"});
    CHECK(problems(settings("file:/data", {})) ==
          std::vector<std::string>{"3:10: option 'kinds' names no kind of file"});
}

TEST_CASE("a url that is no folder's is refused") {
    CHECK(problems(settings("s3://bucket/x", {{"a", "x"}})) ==
          std::vector<std::string>{"2:8: option 'url' of files is file:PATH, not 's3://bucket/x'"});
    CHECK(problems(settings("file:", {{"a", "x"}})) ==
          std::vector<std::string>{"2:8: option 'url' names no folder"});
}

TEST_CASE("a layout tells what belongs to a kind, what leads to one, and what doesn't") {
    const Layout layout({{"b", "x/y"}, {"a", "z"}, {"a-1", "w"}});
    using Parts = std::vector<std::string>;
    CHECK(layout.relation(Parts{}) == Relation::above);
    CHECK(layout.relation(Parts{"x"}) == Relation::above);
    CHECK(layout.relation(Parts{"x", "y"}) == Relation::kind);
    CHECK(layout.relation(Parts{"x", "other"}) == Relation::outside);
    CHECK(layout.relation(Parts{"z"}) == Relation::kind);
    CHECK(layout.relation(Parts{"y"}) == Relation::outside);
    CHECK(Layout(TextMap{{"all", "."}}).relation(Parts{}) == Relation::kind);
    std::vector<std::string> order;
    for (const KindFolder& kind : layout.kinds()) order.push_back(kind.kind);
    CHECK(order == Parts{"a-1", "a", "b"});
}
