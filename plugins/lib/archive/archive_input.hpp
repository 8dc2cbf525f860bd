// An archive that may have to be read more than once, also when it comes through a pipe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lib/openpgp/decrypting_input.hpp"
#include "lib/openpgp/key_options.hpp"
#include "lib/stream/byte_input.hpp"
#include "lib/stream/container.hpp"
#include "lib/stream/peeked_input.hpp"
#include "roost/context.hpp"

namespace roost::archive {

/// How members stand in an archive.
enum class Format : std::uint8_t { tarGz, zip };

/// Gives the members of an archive from the front, several times. What comes through a pipe is copied to an
/// unlinked temporary file meanwhile, unless it is told that once is enough. An archive that is encrypted is
/// decrypted, and which format it has is told by its first bytes. One reader at a time.
class ArchiveInput {
public:
    /// `context` must outlive the input. `format` is the one that is expected; messages are its reader's
    /// where the first bytes tell nothing.
    ArchiveInput(std::shared_ptr<stream::RepeatableInput> input, Context& context,
                 Format format = Format::tarGz, openpgp::DecryptOptions keys = {});

    /// From the front. Nobody may be using what an earlier call gave.
    [[nodiscard]] std::unique_ptr<stream::ContainerReader> open();
    /// open() will not be called again. Whoever got the members may be reading.
    void onceIsEnough() noexcept;
    /// Throws roost::Error where somebody wrote to the file since it was opened.
    void checkUnchanged() const;
    /// After a failure: throws roost::Error where the archive is encrypted and its message is not whole and
    /// unaltered. That is only known at its end, and what was made of its bytes until then may look like any
    /// other damage, or like no backup at all. Whoever got the members may still hold them.
    void checkMessage() const;

private:
    void checkEnding(stream::Bytes front) const;
    [[nodiscard]] std::shared_ptr<stream::ByteInput> openBytes();
    [[nodiscard]] std::unique_ptr<stream::ContainerReader> openZip(
        const std::shared_ptr<stream::ByteInput>& bytes, bool encrypted);

    Context& context_;
    std::shared_ptr<stream::RepeatableInput> input_;
    Format format_;
    openpgp::DecryptOptions keys_;
    std::shared_ptr<stream::RecordedInput> recorded_;      // of what is no plain file
    std::shared_ptr<const stream::RandomInput> copied_;    // of what has to be read from its end
    std::shared_ptr<openpgp::DecryptingInput> decrypted_;  // what the last open() reads
    std::string state_;
    bool opened_ = false;
    bool recordedAll_ = false;
};

}  // namespace roost::archive
