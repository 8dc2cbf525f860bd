#include "lib/stream/sealed_file.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>

#include "plugins/recording_context.hpp"
#include "plugins/shell.hpp"
#include "plugins/stream/sample_data.hpp"

using namespace roost;
using namespace roost::testing;

namespace {

std::string contentOf(const stream::SealedFile& file) {
    std::string text(static_cast<std::size_t>(file.size()), '\0');
    file.read(0, std::as_writable_bytes(std::span(text)));
    return text;
}

}  // namespace

TEST_CASE("a sealed file holds what a plain one would, whatever is done to it") {
    TemporaryFolder folder;
    stream::SealedFile file(folder.path());
    std::string expected;
    std::mt19937 random(7);
    const auto below = [&random](std::size_t limit) { return limit == 0 ? 0 : random() % limit; };
    for (unsigned step = 0; step < 400; ++step) {
        const std::string bytes = randomBytes(below(step % 7 == 0 ? 700'000 : 9'000), step + 1);
        const std::size_t at = below(expected.size());
        switch (step % 5) {
            case 0:
            case 1:
                file.append(asBytes(bytes));
                expected += bytes;
                break;
            case 2: {
                const std::string part = bytes.substr(0, expected.size() - at);
                file.rewrite(at, asBytes(part));
                expected.replace(at, part.size(), part);
                break;
            }
            case 3: {
                const std::size_t distance = below(6'000);
                const std::string moved = expected.substr(at);
                file.shift(at, static_cast<std::int64_t>(distance));
                const std::string gap(distance, 'g');
                file.rewrite(at, asBytes(gap));
                expected = expected.substr(0, at) + gap + moved;
                break;
            }
            default: {
                const std::size_t distance = below(std::min<std::size_t>(at, 300'000));
                file.shift(at, -static_cast<std::int64_t>(distance));
                expected.erase(at - distance, distance);
            }
        }
        REQUIRE(file.size() == expected.size());
        if (step % 20 == 0) REQUIRE(contentOf(file) == expected);
    }
    CHECK(contentOf(file) == expected);
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("what lies on the disk has nothing of the bytes, before and after a rewrite") {
    TemporaryFolder folder;
    stream::SealedFile file(folder.path());
    const std::string text(1'000'000, 'A');
    file.append(asBytes(text));
    std::string seen;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code ignored;
        const std::string target = std::filesystem::read_symlink(entry.path(), ignored).native();
        if (!target.starts_with(folder.path().native())) continue;
        seen = readFile(entry.path());
        CHECK((std::filesystem::status(entry.path()).permissions() & std::filesystem::perms::all) ==
              (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    }
    REQUIRE(seen.size() >= 700'000);
    CHECK(seen.find("AAAA") == std::string::npos);
    // Equal sectors look different.
    CHECK(seen.substr(0, 4096) != seen.substr(4096, 4096));
}
