#include "lib/openpgp/message.hpp"

#include <rnp/rnp.h>
#include <rnp/rnp_err.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <string_view>
#include <vector>

#include "lib/openpgp/hidden_recipients.hpp"
#include "lib/openpgp/silent_library.hpp"
#include "lib/storage/shown_name.hpp"
#include "roost/error.hpp"

namespace roost::openpgp {

namespace {

/// Of the passphrase's hash (RFC 4880, 3.7.1.3): the most that the format has, a tenth of a second or so.
constexpr std::size_t hashedBytes = 65'011'712;

template <class Handle, auto destroy>
struct Destroy {
    void operator()(Handle handle) const noexcept { destroy(handle); }
};
template <class Handle, auto destroy>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Destroy<Handle, destroy>>;

using Engine = Owned<rnp_ffi_t, rnp_ffi_destroy>;
using Input = Owned<rnp_input_t, rnp_input_destroy>;
using Output = Owned<rnp_output_t, rnp_output_destroy>;
using Key = Owned<rnp_key_handle_t, rnp_key_handle_destroy>;
using Encryption = Owned<rnp_op_encrypt_t, rnp_op_encrypt_destroy>;
using Decryption = Owned<rnp_op_verify_t, rnp_op_verify_destroy>;
using Identifiers = Owned<rnp_identifier_iterator_t, rnp_identifier_iterator_destroy>;

void require(rnp_result_t result, const std::string& what) {
    if (result != RNP_SUCCESS) throw Error(what + ": " + rnp_result_to_string(result));
}

Engine makeEngine() {
    rnp_ffi_t engine = nullptr;
    require(rnp_ffi_create(&engine, "GPG", "GPG"), "librnp cannot be used");
    return Engine(engine);
}

/// The bytes on both sides of an operation, and what went wrong there, which cannot be thrown through C.
struct Streams {
    const ReadBytes& read;
    const WriteBytes& write;
    std::exception_ptr failure;

    static bool readBytes(void* self, void* buffer, std::size_t size, std::size_t* got) {
        auto& streams = *static_cast<Streams*>(self);
        try {
            *got = streams.read({static_cast<std::byte*>(buffer), size});
            return true;
        } catch (...) {
            streams.failure = std::current_exception();
            return false;
        }
    }
    static bool writeBytes(void* self, const void* bytes, std::size_t size) {
        auto& streams = *static_cast<Streams*>(self);
        try {
            streams.write({static_cast<const std::byte*>(bytes), size});
            return true;
        } catch (...) {
            streams.failure = std::current_exception();
            return false;
        }
    }
    Input input() {
        rnp_input_t made = nullptr;
        require(rnp_input_from_callback(&made, readBytes, nullptr, this), "librnp cannot read");
        return Input(made);
    }
    Output output() {
        rnp_output_t made = nullptr;
        require(rnp_output_to_callback(&made, writeBytes, nullptr, this), "librnp cannot write");
        return Output(made);
    }
};

void loadKeys(const Engine& engine, const std::string& file, std::uint32_t which, const std::string& what) {
    // A key that stands where its file's name belongs (NAME_FILE gives the content of a file) is shown to
    // nobody.
    if (file.find('\n') != std::string::npos || file.find("-----BEGIN") != std::string::npos)
        throw Error("where the name of a " + what + " belongs, a key itself was given",
                    "BACKUP_SECRET_KEY and BACKUP_RECIPIENTS name the file, without _FILE behind them");
    const std::string shown = "'" + storage::shownName(file) + "'";
    rnp_input_t opened = nullptr;
    if (rnp_input_from_path(&opened, file.c_str()) != RNP_SUCCESS)
        throw Error("cannot read the " + what + " " + shown);
    const Input input(opened);
    if (rnp_import_keys(engine.get(), input.get(), which, nullptr) != RNP_SUCCESS)
        throw Error(shown + " is no " + what,
                    "write it with gpg: gpg --export" +
                        std::string(which == RNP_LOAD_SAVE_SECRET_KEYS ? "-secret-keys" : "") +
                        " --armor NAME");
}

/// All keys and subkeys that were loaded.
std::vector<Key> loadedKeys(const Engine& engine) {
    std::vector<Key> keys;
    rnp_identifier_iterator_t made = nullptr;
    require(rnp_identifier_iterator_create(engine.get(), &made, "fingerprint"), "keys cannot be listed");
    const Identifiers identifiers(made);
    for (const char* name = nullptr;
         rnp_identifier_iterator_next(identifiers.get(), &name) == RNP_SUCCESS && name != nullptr;) {
        rnp_key_handle_t found = nullptr;
        require(rnp_locate_key(engine.get(), "fingerprint", name, &found), "a key cannot be found");
        if (found != nullptr) keys.emplace_back(found);
    }
    return keys;
}

/// The keys to encrypt to in a file; its own engine tells them from those of other files.
std::vector<Key> encryptingKeys(const Engine& engine) {
    std::vector<Key> keys;
    for (const Key& key : loadedKeys(engine)) {
        bool primary = false;
        if (rnp_key_is_primary(key.get(), &primary) != RNP_SUCCESS || !primary) continue;
        rnp_key_handle_t usable = nullptr;
        if (rnp_key_get_default_key(key.get(), "encrypt", 0, &usable) != RNP_SUCCESS || usable == nullptr)
            continue;
        Key encrypting(usable);
        bool expired = false;
        bool revoked = false;
        if (rnp_key_is_expired(encrypting.get(), &expired) == RNP_SUCCESS && !expired &&
            rnp_key_is_revoked(encrypting.get(), &revoked) == RNP_SUCCESS && !revoked)
            keys.push_back(std::move(encrypting));
    }
    return keys;
}

/// librnp's hexadecimal text of an id.
KeyId keyId(std::string_view text) {
    KeyId id{};
    for (std::size_t i = 0; i < id.size() && 2 * i + 2 <= text.size(); ++i)
        id.at(i) = static_cast<std::byte>(std::stoul(std::string(text.substr(2 * i, 2)), nullptr, 16));
    return id;
}

/// A text that librnp allocated.
struct Text {
    char* text = nullptr;
    Text() = default;
    ~Text() { rnp_buffer_destroy(text); }
    Text(const Text&) = delete;
    Text& operator=(const Text&) = delete;
};

/// The secret keys that messages are encrypted for.
struct OpeningKeys {
    std::vector<KeyId> ids;
    bool locked = false;  ///< one of them at least has a passphrase of its own
};

OpeningKeys openingKeys(const Engine& engine) {
    OpeningKeys keys;
    for (const Key& key : loadedKeys(engine)) {
        bool secret = false;
        bool opens = false;
        Text id;
        if (rnp_key_have_secret(key.get(), &secret) == RNP_SUCCESS && secret &&
            rnp_key_allows_usage(key.get(), "encrypt", &opens) == RNP_SUCCESS && opens &&
            rnp_key_get_keyid(key.get(), &id.text) == RNP_SUCCESS) {
            bool locked = false;
            keys.ids.push_back(keyId(id.text));
            keys.locked |= rnp_key_is_protected(key.get(), &locked) == RNP_SUCCESS && locked;
        }
    }
    return keys;
}

OpeningKeys readOpeningKeys(const Engine& engine, const std::string& file) {
    loadKeys(engine, file, RNP_LOAD_SAVE_SECRET_KEYS, "file of secret keys");
    OpeningKeys keys = openingKeys(engine);
    if (keys.ids.empty())
        throw Error("'" + storage::shownName(file) + "' has no secret key that decrypts",
                    "a public key opens nothing: write the secret one with gpg --export-secret-keys NAME");
    return keys;
}

struct Recipients {
    std::vector<Engine> engines;  // outlive their keys
    std::vector<Key> keys;
};

Recipients readRecipients(const EncryptOptions& options) {
    Recipients recipients;
    for (const std::string& file : options.recipients) {
        recipients.engines.push_back(makeEngine());
        loadKeys(recipients.engines.back(), file, RNP_LOAD_SAVE_PUBLIC_KEYS, "file of OpenPGP keys");
        std::vector<Key> keys = encryptingKeys(recipients.engines.back());
        if (keys.empty())
            throw Error(
                "'" + storage::shownName(file) + "' has no key that encrypts",
                "keys that are expired, revoked or only sign do not count; name another (BACKUP_RECIPIENTS)");
        std::ranges::move(keys, std::back_inserter(recipients.keys));
    }
    return recipients;
}

bool givePassphrase(rnp_ffi_t, void* self, rnp_key_handle_t key, const char*, char* buffer,
                    std::size_t size) {
    const auto& options = *static_cast<const DecryptOptions*>(self);
    const std::string& passphrase = key == nullptr ? options.passphrase : options.keyPassphrase;
    if (passphrase.empty() || passphrase.size() >= size) return false;
    std::memcpy(buffer, passphrase.c_str(), passphrase.size() + 1);
    return true;
}

/// Whom a message that could not be opened is for.
struct MessageRecipients {
    bool hidden = false;  ///< one of them
    bool tried = false;   ///< the keys were tried on one of those
    bool ours = false;    ///< one of them is among the keys
    bool locked = false;  ///< a key has a passphrase of its own

    MessageRecipients(rnp_op_verify_t operation, const OpeningKeys& keys, bool triedHidden)
        : tried(triedHidden), locked(keys.locked) {
        std::size_t count = 0;
        if (rnp_op_verify_get_recipient_count(operation, &count) != RNP_SUCCESS) return;
        for (std::size_t i = 0; i < count; ++i) {
            rnp_recipient_handle_t recipient = nullptr;
            Text text;
            if (rnp_op_verify_get_recipient_at(operation, i, &recipient) != RNP_SUCCESS ||
                rnp_recipient_get_keyid(recipient, &text.text) != RNP_SUCCESS)
                continue;
            const KeyId id = keyId(text.text);
            hidden |= id == KeyId{};
            ours |= std::ranges::find(keys.ids, id) != keys.ids.end();
        }
    }
};

bool isKeyMissing(rnp_result_t result) noexcept {
    return result == RNP_ERROR_BAD_PASSWORD || result == RNP_ERROR_NO_SUITABLE_KEY ||
           result == RNP_ERROR_KEY_NOT_FOUND || result == RNP_ERROR_DECRYPT_FAILED ||
           result ==
               RNP_ERROR_NOT_SUPPORTED;  // what a wrong passphrase makes of a session key names no cipher
}

Error undecipherable(rnp_result_t result, const DecryptOptions& options, const std::string& name,
                     const MessageRecipients& recipients) {
    if (!isKeyMissing(result))
        return Error(name + " is damaged or was altered: its encrypted data is not valid",
                     "take another copy of it");
    const std::string orDamaged = ", or the file is damaged near its beginning";
    if (options.secretKey.empty())
        return Error(name + " cannot be decrypted with that passphrase",
                     "it was made with another one, or for a secret key (BACKUP_SECRET_KEY, --secret-key)" +
                         orDamaged);
    std::string hint = "it was made for another key" + orDamaged;
    if (recipients.tried)
        hint = "it does not tell for whom it was made, and that key does not open it" +
               std::string(recipients.locked && options.keyPassphrase.empty()
                               ? " without its own passphrase (BACKUP_KEY_PASSPHRASE, --key-passphrase-file)"
                               : "") +
               orDamaged;
    else if (recipients.ours && !recipients.locked)
        hint = "it was made for that key: the file is damaged near its beginning; take another copy of it";
    else if (recipients.ours)
        hint = "it was made for that key, whose own passphrase is " +
               std::string(options.keyPassphrase.empty() ? "not given" : "wrong") +
               " (BACKUP_KEY_PASSPHRASE, --key-passphrase-file)" + orDamaged;
    else if (recipients.hidden)
        hint =
            "it does not tell for whom it was made, and roost tries its key on such a file only where that "
            "is "
            "not in ASCII armor: gpg --dearmor";
    return Error(name + " cannot be decrypted with the key in '" + storage::shownName(options.secretKey) +
                     "'" + (options.passphrase.empty() ? "" : ", nor with that passphrase"),
                 hint);
}

}  // namespace

void checkRecipients(const EncryptOptions& options) {
    const SilentLibrary silent;
    (void)readRecipients(options);
}

void encrypt(const EncryptOptions& options, const ReadBytes& read, const WriteBytes& write) {
    const std::string what = "the archive cannot be encrypted";
    const SilentLibrary silent;
    const Recipients recipients = readRecipients(options);
    const Engine engine = makeEngine();
    Streams streams{read, write, nullptr};
    const Input input = streams.input();
    const Output output = streams.output();
    rnp_op_encrypt_t made = nullptr;
    require(rnp_op_encrypt_create(&made, engine.get(), input.get(), output.get()), what);
    const Encryption operation(made);
    for (const Key& key : recipients.keys)
        require(rnp_op_encrypt_add_recipient(operation.get(), key.get()), what);
    if (!options.passphrase.empty())
        require(rnp_op_encrypt_add_password(operation.get(), options.passphrase.c_str(), "SHA256",
                                            hashedBytes, "AES256"),
                what);
    require(rnp_op_encrypt_set_cipher(operation.get(), "AES256"), what);
    require(rnp_op_encrypt_set_compression(operation.get(), "Uncompressed", 0), what);
    // GnuPG 2.2 reads no AEAD.
    require(rnp_op_encrypt_set_aead(operation.get(), "None"), what);
    const rnp_result_t result = rnp_op_encrypt_execute(operation.get());
    if (streams.failure) std::rethrow_exception(streams.failure);
    require(result, what);
}

void decrypt(const DecryptOptions& options, const std::string& name, const ReadBytes& read,
             const WriteBytes& write) {
    const SilentLibrary silent;
    const Engine engine = makeEngine();
    const OpeningKeys keys =
        options.secretKey.empty() ? OpeningKeys{} : readOpeningKeys(engine, options.secretKey);
    require(rnp_ffi_set_pass_provider(engine.get(), givePassphrase, const_cast<DecryptOptions*>(&options)),
            "librnp takes no passphrase");
    HiddenRecipients message(read, keys.ids);
    const ReadBytes readMessage = [&message](std::span<std::byte> buffer) { return message.read(buffer); };
    Streams streams{readMessage, write, nullptr};
    const Input input = streams.input();
    const Output output = streams.output();
    rnp_op_verify_t made = nullptr;
    require(rnp_op_verify_create(&made, engine.get(), input.get(), output.get()), "librnp cannot decrypt");
    const Decryption operation(made);
    // Who signed it is nobody's concern here; whether it is whole tells the message's own code.
    require(rnp_op_verify_set_flags(operation.get(), RNP_VERIFY_IGNORE_SIGS_ON_DECRYPT),
            "librnp cannot decrypt");
    const rnp_result_t result = rnp_op_verify_execute(operation.get());
    if (streams.failure) std::rethrow_exception(streams.failure);
    if (result != RNP_SUCCESS)
        throw undecipherable(result, options, name, {operation.get(), keys, message.replaced()});
    bool valid = false;
    require(rnp_op_verify_get_protection_info(operation.get(), nullptr, nullptr, &valid),
            "librnp cannot decrypt");
    if (!valid) throw Error(name + " is refused: nothing protects its encrypted data against changes");
}

bool beginsMessage(stream::Bytes front) noexcept {
    constexpr std::string_view armor = "-----BEGIN PGP MESSAGE";
    if (front.empty()) return false;
    // A packet's first byte has its highest bit set (RFC 4880, 4.2); the tag is that of a session key, of
    // encrypted data, or of a marker.
    const auto first = std::to_integer<unsigned>(front[0]);
    if ((first & 0x80U) != 0) {
        const unsigned tag = (first & 0x40U) != 0 ? first & 0x3FU : first >> 2U & 0x0FU;
        return tag == 1 || tag == 3 || tag == 9 || tag == 10 || tag == 18;
    }
    const std::string_view text(reinterpret_cast<const char*>(front.data()), front.size());
    return text.starts_with(armor.substr(0, front.size()));
}

}  // namespace roost::openpgp
