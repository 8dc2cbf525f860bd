#include "lib/stream/gzip_writer.hpp"

#include <Poco/InflatingStream.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "lib/stream/gzip_reader.hpp"
#include "lib/stream/partial_file.hpp"
#include "plugins/recording_context.hpp"
#include "plugins/shell.hpp"
#include "plugins/stream/sample_data.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::stream;
using namespace roost::testing;

namespace {

struct Written {
    TemporaryFolder folder;
    std::filesystem::path path = folder / "out.gz";
};

/// Writes what `write` gives the writer, as a file.
template <class Write>
void makeGzip(const std::filesystem::path& path, const GzipOptions& options, Write write) {
    PartialFile file(path, OnExisting::fail);
    {
        GzipWriter gzip(file, options, {});
        write(gzip);
        gzip.finish();
    }
    file.prepare();
    file.commit();
}

std::string readByOurselves(const std::filesystem::path& path) {
    GzipReader reader(path);
    std::string data;
    std::vector<std::byte> piece(10'000);
    for (std::size_t got = reader.read(piece); got != 0; got = reader.read(piece))
        data.append(reinterpret_cast<const char*>(piece.data()), got);
    return data;
}

std::string readByPoco(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    Poco::InflatingInputStream inflate(file, Poco::InflatingStreamBuf::STREAM_GZIP);
    return {std::istreambuf_iterator<char>(inflate), std::istreambuf_iterator<char>()};
}

std::string mixedData() {
    return words(300'000) + randomBytes(200'000) + words(70'000, 2) + std::string(500'000, 'x') +
           randomBytes(65'535, 3) + words(1, 4) + randomBytes(900'000, 5) + words(400'000, 6);
}

}  // namespace

TEST_CASE("every level gives one member that gunzip and Poco read to its end") {
    const int level = GENERATE(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    const std::string data = mixedData();
    Written out;
    makeGzip(out.path, {level, 2, 128U << 10U}, [&data](GzipWriter& gzip) { gzip.write(asBytes(data)); });
    INFO("level " << level);
    const auto gunzip =
        shell("gunzip -c '" + out.path.native() + "' > '" + (out.folder / "data").native() + "'");
    CHECK(gunzip.output == "");
    CHECK(gunzip.status == 0);
    CHECK(readFile(out.folder / "data") == data);
    CHECK(readByPoco(out.path) == data);
    CHECK(readByOurselves(out.path) == data);
}

TEST_CASE("no data at all is a valid member, too") {
    const int level = GENERATE(0, 2, 6);
    Written out;
    makeGzip(out.path, {level, 1, 1U << 16U}, [](GzipWriter&) {});
    CHECK(readByOurselves(out.path).empty());
    CHECK(shell("gunzip -t '" + out.path.native() + "'").status == 0);
}

TEST_CASE("data of every length around the chunk size comes back") {
    const std::size_t chunk = 4096;
    for (const std::size_t size : {std::size_t{1}, chunk - 1, chunk, chunk + 1, 2 * chunk, 10 * chunk + 7}) {
        for (const bool compressible : {false, true}) {
            const std::string data = compressible ? words(size) : randomBytes(size);
            Written out;
            makeGzip(out.path, {2, 3, chunk}, [&data](GzipWriter& gzip) {
                for (std::size_t at = 0; at < data.size(); at += 777)
                    gzip.write(asBytes(data).subspan(at, std::min<std::size_t>(777, data.size() - at)));
            });
            INFO(size << " " << compressible);
            CHECK(readByOurselves(out.path) == data);
        }
    }
}

TEST_CASE("what does not compress is stored with little overhead, and text is not") {
    const std::string noise = randomBytes(3'000'000);
    Written out;
    makeGzip(out.path, {2, 2, 256U << 10U}, [&noise](GzipWriter& gzip) { gzip.write(asBytes(noise)); });
    CHECK(std::filesystem::file_size(out.path) < noise.size() + noise.size() / 5000 + 100);

    const std::string text = words(3'000'000);
    Written small;
    makeGzip(small.path, {2, 2, 256U << 10U}, [&text](GzipWriter& gzip) { gzip.write(asBytes(text)); });
    CHECK(std::filesystem::file_size(small.path) < text.size() / 2);
}

TEST_CASE("random bytes that repeat themselves are found to be compressible") {
    std::string data;
    const std::string once = randomBytes(1000);
    for (int i = 0; i < 2000; ++i) data += once;
    Written out;
    makeGzip(out.path, {3, 2, 256U << 10U}, [&data](GzipWriter& gzip) { gzip.write(asBytes(data)); });
    CHECK(std::filesystem::file_size(out.path) < data.size() / 20);
    CHECK(readByOurselves(out.path) == data);
}

TEST_CASE("room that was asked for is written without a copy and comes back") {
    const std::string data = mixedData();
    Written out;
    makeGzip(out.path, {2, 2, 100'000}, [&data](GzipWriter& gzip) {
        for (std::size_t at = 0; at < data.size();) {
            const std::span<std::byte> room = gzip.space();
            REQUIRE_FALSE(room.empty());
            const std::size_t size = std::min({room.size(), data.size() - at, std::size_t{33'333}});
            std::copy_n(asBytes(data).begin() + static_cast<std::ptrdiff_t>(at), size, room.begin());
            gzip.write(room.first(size));
            at += size;
        }
    });
    CHECK(readByOurselves(out.path) == data);
}

TEST_CASE("reserved regions of any size are filled in later") {
    for (const std::size_t size :
         {std::size_t{1}, std::size_t{512}, std::size_t{65'535}, std::size_t{65'536}, std::size_t{200'000}}) {
        const std::string head = randomBytes(size, 7);
        const std::string middle = words(size, 8);
        const std::string data = mixedData();
        Written out;
        makeGzip(out.path, {2, 2, 128U << 10U}, [&](GzipWriter& gzip) {
            const auto first = gzip.reserve(size);
            gzip.write(asBytes(data));
            const auto second = gzip.reserve(size);
            gzip.fill(second, asBytes(middle).first(size / 2));  // before it is known where it lies
            gzip.write(asBytes(data));
            gzip.fill(second, asBytes(middle).subspan(size / 2));
            gzip.drain();
            gzip.fill(first, asBytes(head));
            CHECK(gzip.dataBytes() == 2 * size + 2 * data.size());
        });
        INFO(size);
        CHECK(readByOurselves(out.path) == head + data + middle + data);
        CHECK(readByPoco(out.path) == head + data + middle + data);
    }
}

TEST_CASE("a region grows or shrinks before it is filled") {
    const std::size_t before = GENERATE(4096U, 70'000U);
    const std::size_t after = GENERATE(4096U, 70'000U, 300'000U, 0U);
    const std::string data = mixedData();
    Written out;
    makeGzip(out.path, {2, 2, 128U << 10U}, [&](GzipWriter& gzip) {
        const auto head = gzip.reserve(before);
        gzip.write(asBytes(data));
        const auto tail = gzip.reserve(1000);
        gzip.write(asBytes(data));
        gzip.fill(tail, asBytes(words(1000, 3)));
        gzip.drain();
        gzip.resize(head, after);
        gzip.fill(head, asBytes(randomBytes(after, 9)));
    });
    CHECK(readByOurselves(out.path) == randomBytes(after, 9) + data + words(1000, 3) + data);
    CHECK(shell("gunzip -t '" + out.path.native() + "'").output == "");
}

TEST_CASE("a region that is not full, or overfull, is an error") {
    Written out;
    PartialFile file(out.path, OnExisting::fail);
    GzipWriter gzip(file, {}, {});
    const auto region = gzip.reserve(10);
    gzip.drain();
    gzip.fill(region, asBytes("123456789"));
    CHECK_THROWS_WITH(gzip.finish(),
                      "the archive's writer was given fewer bytes for a part than it had reserved");
    CHECK_THROWS_WITH(gzip.fill(region, asBytes("12")),
                      "the archive's writer was given more bytes for a part than it had reserved");
}

TEST_CASE("chunks may match what stands before them") {
    // Each chunk repeats the one before; only with a shared window does that compress.
    std::string once = randomBytes(20'000);
    for (char& byte : once) byte = static_cast<char>('a' + (byte & 15));
    std::string data;
    for (int i = 0; i < 50; ++i) data += once;
    Written out;
    makeGzip(out.path, {6, 2, 30'000}, [&data](GzipWriter& gzip) { gzip.write(asBytes(data)); });
    CHECK(std::filesystem::file_size(out.path) < 3 * once.size());
    CHECK(readByOurselves(out.path) == data);
}

namespace {

/// A target that fails after some bytes.
class FullTarget final : public ByteTarget {
public:
    explicit FullTarget(std::uint64_t room) : room_(room) {}
    void append(std::span<const Bytes> pieces) override {
        for (const Bytes piece : pieces) size_ += piece.size();
        if (size_ > room_) throw Error("no room left in the test");
    }
    void rewrite(std::uint64_t, Bytes) override {}
    void shift(std::uint64_t, std::int64_t) override {}
    [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }
    void prepare() override {}
    void commit() override {}
    void abort() noexcept override {}

private:
    std::uint64_t room_;
    std::uint64_t size_ = 0;
};

}  // namespace

TEST_CASE("what goes wrong in a worker is thrown to the caller, once and soon") {
    FullTarget target(1'000'000);
    GzipWriter gzip(target, {1, 2, 64U << 10U}, {});
    const std::string data = randomBytes(100'000);
    const auto writeMuch = [&] {
        for (int i = 0; i < 1000; ++i) gzip.write(asBytes(data));
    };
    CHECK_THROWS_WITH(writeMuch(), "no room left in the test");
    CHECK(gzip.dataBytes() < 5'000'000);
    CHECK_THROWS_WITH(gzip.finish(), "no room left in the test");
}

TEST_CASE("a stop request ends a writer that waits") {
    FullTarget target(~std::uint64_t{0});
    std::stop_source stop;
    GzipWriter gzip(target, {9, 1, 256U << 10U}, stop.get_token());
    const std::string data = words(1'000'000);
    stop.request_stop();
    const auto writeMuch = [&] {
        for (int i = 0; i < 1000; ++i) gzip.write(asBytes(data));
    };
    CHECK_THROWS_AS(writeMuch(), Interrupted);
}

TEST_CASE("a writer that is dropped half-way ends its workers") {
    FullTarget target(~std::uint64_t{0});
    for (int i = 0; i < 20; ++i) {
        GzipWriter gzip(target, {6, 3, 64U << 10U}, {});
        gzip.write(asBytes(words(1'000'000)));
    }
    SUCCEED();
}
