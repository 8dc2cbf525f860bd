// An OpenPGP message, encrypted and decrypted as a stream.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "lib/openpgp/key_options.hpp"
#include "lib/stream/byte_target.hpp"

namespace roost::openpgp {

/// Fills the front of its argument; 0 at the end. What it throws comes out of the call that it was given to.
using ReadBytes = std::function<std::size_t(std::span<std::byte>)>;
using WriteBytes = std::function<void(stream::Bytes)>;

/// Throws roost::Error that names the file where a recipient's key cannot be read or does not encrypt.
void checkRecipients(const EncryptOptions& options);

/// Writes what `read` gives as one message: AES-256, with a modification detection code (RFC 4880, 5.13),
/// which GnuPG 2.2 and everything later reads; not compressed.
void encrypt(const EncryptOptions& options, const ReadBytes& read, const WriteBytes& write);

/// Writes the plain bytes as they come, before the end tells whether they are genuine: what is made of them
/// must wait for this call to return. `name` is the message's, for messages: "'PATH'". Throws roost::Error
/// where it is altered, cut, not protected against that, or for somebody else.
void decrypt(const DecryptOptions& options, const std::string& name, const ReadBytes& read,
             const WriteBytes& write);

/// Whether bytes that begin so are a message, binary or in ASCII armor. Never true for gzip or zip.
[[nodiscard]] bool beginsMessage(stream::Bytes front) noexcept;

}  // namespace roost::openpgp
