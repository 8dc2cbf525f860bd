// Objects that change between the list and the read, and keys that are no paths.
#include <catch2/catch.hpp>

#include "roost/node.hpp"
#include "sources/s3/s3_source.hpp"
#include "tests/plugins/s3/server.hpp"

using namespace roost;
using namespace roost::s3;
using roost::testing::RecordingContext;
using roost::testing::TestBucket;

namespace {

S3Source::Options optionsFor(const TestBucket& test) {
    S3Source::Options options;
    options.url = Location::parse(test.url("users"));
    return options;
}

struct Came {
    std::string name;
    std::string bytes;
    ReadState state;
    bool operator==(const Came&) const = default;
};

std::vector<Came> all(S3Source& source) {
    std::vector<Came> list;
    Item item;
    while (source.next(item)) {
        auto& entry = std::get<Entry>(item);
        std::string bytes;
        std::vector<std::byte> buffer(100'000);
        while (const std::size_t size = entry.content ? entry.content->read(buffer) : 0)
            bytes.append(reinterpret_cast<const char*>(buffer.data()), size);
        list.push_back(
            {entry.displayName(), bytes, entry.content ? entry.content->state() : ReadState::intact});
    }
    return list;
}

class Only final : public OwnerChoice {
public:
    explicit Only(std::string owner) : owner_(std::move(owner)) {}
    [[nodiscard]] bool contains(std::string_view owner) const override { return owner == owner_; }

private:
    std::string owner_;
};

}  // namespace

TEST_CASE("entries come by kind, owner and path, with what is outside left out") {
    RecordingContext context;
    const TestBucket test(context);
    for (const char* key :
         {"users/b/pdfs/2.pdf", "users/b/rmapi/c", "users/a/pdfs/z", "users/a/pdfs/a/x", "users/a/pdfs/a-b",
          "users/a/other", "users/.roost-staging-abc/log-0", "elsewhere"})
        test.put(key, key);
    S3Source source(optionsFor(test));
    const Catalog catalog = source.catalog(context);
    REQUIRE(catalog.entryKinds.size() == 2);
    CHECK(catalog.entryKinds[1].kind == "documents");
    CHECK(catalog.entryKinds[1].files == 4);
    CHECK(catalog.entryKinds[1].users == 2);
    REQUIRE(context.asides.size() == 1);
    CHECK(context.asides[0].first == "'" + test.url("users/.roost-staging-abc") + "'");
    CHECK(context.asides[0].second.starts_with("it is left of an interrupted restore"));
    CHECK(catalog.warnings ==
          std::vector<std::string>{"left out, because no kind of file has them (1 object, 13 bytes): '" +
                                   test.url("users/a/other") + "'"});
    std::vector<std::string> names;
    for (const Came& came : all(source)) names.push_back(came.name);
    CHECK(names == std::vector<std::string>{"configs/b/c", "documents/a/a-b", "documents/a/a/x",
                                            "documents/a/z", "documents/b/2.pdf"});
}

TEST_CASE("chosen owners' objects alone come, and nobody else's are named") {
    RecordingContext context;
    const TestBucket test(context);
    for (const char* key : {"users/a/pdfs/1", "users/b/pdfs/1", "users/b/other"}) test.put(key, key);
    S3Source source(optionsFor(test));
    Catalog catalog = source.catalog(context);
    source.chooseOwners(std::make_shared<Only>("a"), catalog);
    CHECK(catalog.warnings.empty());
    CHECK(all(source) == std::vector<Came>{{"documents/a/1", "users/a/pdfs/1", ReadState::intact}});
}

TEST_CASE("an object that changes after the list gives its present bytes, one that is gone none") {
    RecordingContext context;
    const TestBucket test(context);
    const std::vector<std::string> gone{"users/a/pdfs/gone"};
    test.put(gone[0], "old");
    test.put("users/a/pdfs/new", "old bytes");
    test.put("users/a/pdfs/same", "same");
    S3Source source(optionsFor(test));
    static_cast<void>(source.catalog(context));
    test.bucket.remove(gone);
    test.put("users/a/pdfs/new", "newer and longer bytes");
    CHECK(all(source) == std::vector<Came>{{"documents/a/gone", "", ReadState::vanished},
                                           {"documents/a/new", "newer and longer bytes", ReadState::intact},
                                           {"documents/a/same", "same", ReadState::intact}});
    auto options = optionsFor(test);
    options.onChanged = storage::OnChanged::fail;
    S3Source strict(options);
    static_cast<void>(strict.catalog(context));
    test.bucket.remove(std::vector<std::string>{"users/a/pdfs/new"});
    CHECK_THROWS_WITH(all(strict), "documents/a/new vanished before it could be read");
}

TEST_CASE("keys mean what the layout says") {
    const storage::Layout layout(storage::defaultKinds());
    const KeyLayout keys("/users/", layout);
    const auto meaning = [&](const std::string& rest) { return keys.place("users/" + rest).meaning; };
    CHECK(keys.root() == "users/");
    CHECK(meaning("a/pdfs/x") == KeyMeaning::file);
    CHECK(meaning("a/pdfs/") == KeyMeaning::folder);
    CHECK(meaning("a/pdfs/sub/") == KeyMeaning::folder);
    CHECK(meaning("a/pdfs") == KeyMeaning::outside);
    CHECK(meaning("a/x") == KeyMeaning::outside);
    CHECK(meaning("a/") == KeyMeaning::outside);
    CHECK(meaning("a/pdfs/../../b") == KeyMeaning::unfit);
    CHECK(meaning("a/pdfs//x") == KeyMeaning::unfit);
    CHECK(meaning("../x") == KeyMeaning::unfit);
    CHECK(meaning("/x") == KeyMeaning::unfit);
    CHECK(meaning(".roost-staging-xyz/log-0") == KeyMeaning::staging);
    CHECK(keys.place("users/a/pdfs/b/c.pdf").path == "b/c.pdf");
    CHECK(keys.place("users/a/pdfs/b/c.pdf").owner == "a");
    CHECK(keys.key(layout.kinds()[1].kind == "documents" ? 1 : 0, "a", "x") == "users/a/pdfs/x");
}
