#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <functional>

#include "lib/archive/archive_input.hpp"
#include "lib/archive/backup_reader.hpp"
#include "lib/archive/backup_writer.hpp"
#include "lib/openpgp/encrypted_target.hpp"
#include "lib/openpgp/message.hpp"
#include "lib/stream/partial_file.hpp"
#include "lib/stream/tar_gz.hpp"
#include "lib/zip/zip_writer.hpp"
#include "plugins/archive/sample_backup.hpp"
#include "plugins/recording_context.hpp"
#include "plugins/shell.hpp"
#include "plugins/stream/sample_data.hpp"
#include "roost/error.hpp"

using namespace roost;
using namespace roost::testing;

namespace {

const std::string passphrase = "correct horse: 'battery' staple \xC3\xA4";

/// GnuPG with a home of its own, and what roost and it do to each other's files.
struct Keys {
    TemporaryFolder folder;
    RecordingContext context;
    std::string hint;  ///< of what ended the reading
    std::filesystem::path home = folder / "gnupg";

    Keys() {
        std::filesystem::create_directory(home);
        std::filesystem::permissions(home, std::filesystem::perms::owner_all);
        writeFile(folder / "pass", passphrase + "\n");
    }
    ~Keys() { (void)gpgconf(); }
    Keys(const Keys&) = delete;
    Keys& operator=(const Keys&) = delete;

    [[nodiscard]] ShellResult gpg(const std::string& arguments) const {
        return shell("gpg --homedir '" + home.native() + "' --batch --yes --quiet --pinentry-mode loopback " +
                     arguments);
    }
    [[nodiscard]] ShellResult gpgconf() const {
        return shell("gpgconf --homedir '" + home.native() + "' --kill all");
    }
    [[nodiscard]] std::string at(const std::string& name) const {
        return "'" + (folder / name).native() + "'";
    }

    /// A key pair of `name`, in NAME.pub and NAME.key; the secret one has `protection` as its passphrase.
    void makeKey(const std::string& name, const std::string& protection) const {
        writeFile(folder / "protection", protection);
        const std::string with = "--passphrase-file " + at("protection") + " ";
        REQUIRE(
            gpg(with + "--quick-generate-key " + name + "@example.org future-default default never").status ==
            0);
        REQUIRE(gpg("--armor --export " + name + " >" + at(name + ".pub")).status == 0);
        REQUIRE(gpg(with + "--armor --export-secret-keys " + name + " >" + at(name + ".key")).status == 0);
    }

    std::filesystem::path make(const openpgp::EncryptOptions& options, bool zip = false) {
        auto path = folder / (zip ? "a.zip.gpg" : "a.tar.gz.gpg");
        openpgp::EncryptedTarget target(
            std::make_unique<stream::PartialFile>(path, stream::OnExisting::replace), options, context);
        std::unique_ptr<stream::ContainerWriter> container;
        if (zip)
            container = std::make_unique<zip::ZipWriter>(target, zip::ZipOptions{}, context.temporaryFolder(),
                                                         context.stopToken());
        else
            container =
                std::make_unique<stream::TarGzWriter>(target, stream::GzipOptions{}, context.stopToken());
        const Catalog catalog = sampleCatalog();
        archive::BackupWriter writer(*container, catalog, {}, context);
        giveSample(catalog, [&writer](Item& item) { writer.write(item); });
        writer.finish();
        target.prepare();
        CHECK(std::filesystem::is_empty(context.temporary.path()));
        target.commit();
        CHECK(target.size() == std::filesystem::file_size(path));
        return path;
    }

    /// What ends the reading; "" where all of the backup is there.
    std::string read(const std::filesystem::path& path, const openpgp::DecryptOptions& options) {
        try {
            const auto backup = archive::openBackup(
                std::make_shared<archive::ArchiveInput>(std::make_shared<stream::FileInput>(path), context,
                                                        archive::Format::tarGz, options),
                {}, context);
            std::size_t files = 0;
            for (Item item; backup->next(item);)
                if (const auto* entry = std::get_if<Entry>(&item))
                    files += entry->type == EntryType::file ? 1 : 0;
            return files == 3 ? "" : "files are missing";
        } catch (const Error& error) {
            hint = error.hint();
            return error.what();
        }
    }
};

openpgp::EncryptOptions byPassphrase() { return {passphrase, {}, {}}; }
openpgp::DecryptOptions opening(const std::string& text) { return {text, "", "", {}}; }

}  // namespace

TEST_CASE("gpg opens by a passphrase what roost wrote, and roost what gpg wrote") {
    Keys keys;
    const auto path = keys.make(byPassphrase());
    const std::string with = "--passphrase-file " + keys.at("pass") + " ";
    CHECK(keys.gpg(with + "--decrypt " + keys.at("a.tar.gz.gpg") + " | tar -tzf - | sed -n 1,2p").output ==
          "metadata.json\nschema.json\n");
    CHECK(keys.read(path, opening(passphrase)).empty());
    REQUIRE(keys.gpg(with + "--decrypt --output " + keys.at("plain.tar.gz") + " " + keys.at("a.tar.gz.gpg"))
                .status == 0);
    for (const std::string how : {"--symmetric", "--symmetric --armor", "--symmetric --cipher-algo AES128",
                                  "--symmetric --compress-algo none"}) {
        REQUIRE(
            keys.gpg(with + how + " --output " + keys.at("g.gpg") + " " + keys.at("plain.tar.gz")).status ==
            0);
        INFO(how);
        CHECK(keys.read(keys.folder / "g.gpg", opening(passphrase)).empty());
    }
    CHECK(keys.read(path, opening("wrong")) ==
          "'" + path.native() + "' cannot be decrypted with that passphrase");
    CHECK(keys.read(path, {}) == "'" + path.native() + "' is encrypted, and no key was given");
}

TEST_CASE("a wrong passphrase is called that where a key would open it, too") {
    Keys keys;
    keys.makeKey("alice", "");
    const auto path = keys.make({passphrase, {(keys.folder / "alice.pub").native()}, {}});
    CHECK(keys.read(path, opening(passphrase)).empty());
    // Some of what such a passphrase makes of the session key seems to fit, and names a cipher that nobody
    // has.
    for (int i = 0; i < 8; ++i)
        CHECK(keys.read(path, opening("wrong" + std::to_string(i))) ==
              "'" + path.native() + "' cannot be decrypted with that passphrase");
}

TEST_CASE("public keys encrypt, and only their secret keys open") {
    Keys keys;
    keys.makeKey("alice", "");
    keys.makeKey("bob", "bob's own");
    keys.makeKey("eve", "");
    const auto file = [&keys](const char* name) { return (keys.folder / name).native(); };
    const auto path = keys.make({"", {file("alice.pub"), file("bob.pub")}, {}});
    CHECK(keys.gpg("--decrypt " + keys.at("a.tar.gz.gpg") + " 2>/dev/null | tar -tzf - | sed -n 1p").output ==
          "metadata.json\n");
    CHECK(keys.read(path, {"", file("alice.key"), "", {}}).empty());
    CHECK(keys.read(path, {"", file("bob.key"), "bob's own", {}}).empty());
    const std::string refused = "'" + path.native() + "' cannot be decrypted with the key in '";
    const std::string own = "it was made for that key, whose own passphrase is ";
    CHECK(keys.read(path, {"", file("bob.key"), "another", {}}) == refused + file("bob.key") + "'");
    CHECK(keys.hint.starts_with(own + "wrong (BACKUP_KEY_PASSPHRASE"));
    CHECK(keys.read(path, {"", file("bob.key"), "", {}}) == refused + file("bob.key") + "'");
    CHECK(keys.hint.starts_with(own + "not given (BACKUP_KEY_PASSPHRASE"));
    CHECK(keys.read(path, {"", file("eve.key"), "", {}}) == refused + file("eve.key") + "'");
    CHECK(keys.hint.starts_with("it was made for another key"));
    CHECK(keys.read(path, {"", file("alice.pub"), "", {}}) ==
          "'" + file("alice.pub") + "' has no secret key that decrypts");
    CHECK(keys.read(path, {"", file("pass"), "", {}}) == "'" + file("pass") + "' is no file of secret keys");
    CHECK(keys.read(path, {"", file("none"), "", {}}) ==
          "cannot read the file of secret keys '" + file("none") + "'");
    CHECK_THROWS_WITH(openpgp::checkRecipients({"", {file("pass")}, {}}),
                      "'" + file("pass") + "' is no file of OpenPGP keys");
    REQUIRE(
        keys.gpg("--passphrase '' --quick-generate-key onlysigns@example.org ed25519 sign never").status ==
        0);
    REQUIRE(keys.gpg("--export onlysigns@example.org >" + keys.at("signs.pub")).status == 0);
    CHECK_THROWS_WITH(openpgp::checkRecipients({"", {file("signs.pub")}, {}}),
                      "'" + file("signs.pub") + "' has no key that encrypts");
    // gpg's own, for a key.
    REQUIRE(keys.gpg("--decrypt --output " + keys.at("p.tar.gz") + " " + keys.at("a.tar.gz.gpg")).status ==
            0);
    REQUIRE(keys.gpg("--trust-model always --encrypt -r alice --output " + keys.at("g.gpg") + " " +
                     keys.at("p.tar.gz"))
                .status == 0);
    CHECK(keys.read(keys.folder / "g.gpg", {"", file("alice.key"), "", {}}).empty());
}

TEST_CASE("hidden recipients are found whatever form the lengths of their packets have") {
    Keys keys;
    keys.makeKey("alice", "her own");
    keys.makeKey("eve", "");
    const auto path = keys.make(byPassphrase());
    REQUIRE(keys.gpg("--passphrase-file " + keys.at("pass") + " --decrypt --output " + keys.at("p.tar.gz") +
                     " " + keys.at("a.tar.gz.gpg"))
                .status == 0);
    REQUIRE(keys.gpg("--trust-model always --throw-keyids --encrypt -r alice -r eve --output " +
                     keys.at("h.gpg") + " " + keys.at("p.tar.gz"))
                .status == 0);
    // Two packets of the old format, their lengths in one octet (RFC 4880, 4.2.1).
    const std::string bytes = readFile(keys.folder / "h.gpg");
    const auto body = [&bytes](std::size_t at) {
        REQUIRE(bytes[at] == '\x84');
        return bytes.substr(at + 2, static_cast<unsigned char>(bytes[at + 1]));
    };
    const std::string first = body(0);
    const std::string second = body(first.size() + 2);
    const std::string rest = bytes.substr(first.size() + second.size() + 4);
    const auto one = [](const std::string& text) { return static_cast<char>(text.size()); };
    const std::vector<std::function<std::string(const std::string&)>> heads{
        [&](const std::string& text) { return std::string("\x84") + one(text); },
        [&](const std::string& text) { return std::string("\x85\0", 2) + one(text); },
        [&](const std::string& text) { return std::string("\x86\0\0\0", 4) + one(text); },
        [&](const std::string& text) { return std::string("\xC1") + one(text); },
        [&](const std::string& text) { return std::string("\xC1\xFF\0\0\0", 5) + one(text); }};
    const openpgp::DecryptOptions alice{"", (keys.folder / "alice.key").native(), "her own", {}};
    const openpgp::DecryptOptions eve{"", (keys.folder / "eve.key").native(), "", {}};
    const auto changed = keys.folder / "changed.gpg";
    for (std::size_t i = 0; i < heads.size(); ++i) {
        INFO("form " << i);
        const auto& other = heads[(i + 1) % heads.size()];
        writeFile(changed, heads[i](first) + first + other(second) + second + rest);
        CHECK(keys.read(changed, alice).empty());
        CHECK(keys.read(changed, eve).empty());
    }
    openpgp::DecryptOptions wrong = alice;
    wrong.keyPassphrase = "another";
    CHECK(keys.read(changed, wrong) ==
          "'" + changed.native() + "' cannot be decrypted with the key in '" + alice.secretKey + "'");
}

TEST_CASE("what is cut or altered is refused, wherever that is") {
    Keys keys;
    const auto path = keys.make(byPassphrase());
    const std::string bytes = readFile(path);
    const auto bad = keys.folder / "bad.gpg";
    for (std::size_t at = 0; at < bytes.size(); at += bytes.size() / 40) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 0x04);
        writeFile(bad, changed);
        INFO("bit at " << at << " of " << bytes.size());
        CHECK_FALSE(keys.read(bad, opening(passphrase)).empty());
        writeFile(bad, bytes.substr(0, at));
        INFO("cut to " << at);
        CHECK_FALSE(keys.read(bad, opening(passphrase)).empty());
    }
    for (std::size_t cut = 1; cut < 30; ++cut) {
        writeFile(bad, bytes.substr(0, bytes.size() - cut));
        CHECK_FALSE(keys.read(bad, opening(passphrase)).empty());
    }
    // Encrypted, but without a code that tells changes: RFC 4880's older packet.
    REQUIRE(keys.gpg("--passphrase-file " + keys.at("pass") + " --decrypt --output " + keys.at("p") + " " +
                     keys.at("a.tar.gz.gpg"))
                .status == 0);
    if (keys.gpg("--rfc2440 --disable-mdc --cipher-algo 3DES --passphrase-file " + keys.at("pass") +
                 " --symmetric --output " + keys.at("old.gpg") + " " + keys.at("p"))
            .status == 0)
        CHECK_FALSE(keys.read(keys.folder / "old.gpg", opening(passphrase)).empty());
}

TEST_CASE("a message alone tells that it was cut or altered, whatever it holds") {
    const std::string text = words(300'000);
    const auto from = [](const std::string& bytes) {
        return [&bytes, at = std::size_t{0}](std::span<std::byte> buffer) mutable {
            const std::size_t size = std::min(buffer.size(), bytes.size() - at);
            std::memcpy(buffer.data(), bytes.data() + at, size);
            at += size;
            return size;
        };
    };
    const auto into = [](std::string& bytes) {
        return [&bytes](stream::Bytes piece) {
            bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        };
    };
    std::string message;
    openpgp::encrypt(byPassphrase(), from(text), into(message));
    const auto decrypted = [&](const std::string& bytes) {
        std::string plain;
        openpgp::decrypt(opening(passphrase), "it", from(bytes), into(plain));
        return plain;
    };
    CHECK(decrypted(message) == text);
    for (std::size_t at = 0; at < message.size(); at += message.size() / 25) {
        std::string changed = message;
        changed[at] = static_cast<char>(changed[at] ^ 0x01);
        INFO("bit at " << at << " of " << message.size());
        CHECK_THROWS_AS(decrypted(changed), Error);
        CHECK_THROWS_AS(decrypted(message.substr(0, at)), Error);
    }
    CHECK_THROWS_WITH(decrypted(message.substr(0, message.size() - 1)),
                      "it is damaged or was altered: its encrypted data is not valid");
    // What a callback throws comes out as it was.
    CHECK_THROWS_WITH(
        openpgp::encrypt(byPassphrase(), from(text), [](stream::Bytes) { throw Error("the disk is full"); }),
        "the disk is full");
}

TEST_CASE("an encrypted zip is as good as an encrypted tar.gz") {
    Keys keys;
    const auto path = keys.make(byPassphrase(), true);
    CHECK(keys.read(path, opening(passphrase)).empty());
    CHECK(keys.gpg("--passphrase-file " + keys.at("pass") + " --decrypt --output " + keys.at("p.zip") + " " +
                   keys.at("a.zip.gpg") + " && unzip -tq " + keys.at("p.zip"))
              .status == 0);
    CHECK(std::filesystem::is_empty(keys.context.temporary.path()));
}

TEST_CASE("an abort leaves nothing of an encrypted archive") {
    Keys keys;
    {
        openpgp::EncryptedTarget target(
            std::make_unique<stream::PartialFile>(keys.folder / "x.gpg", stream::OnExisting::fail),
            byPassphrase(), keys.context);
        const std::string text = words(1'000'000);
        const stream::Bytes piece = asBytes(text);
        target.append({&piece, 1});
        target.prepare();
        target.abort();
    }
    CHECK_FALSE(std::filesystem::exists(keys.folder / "x.gpg"));
    CHECK(shell("ls -A " + keys.at("") + " | grep -c partial").output == "0\n");
}
