// An archive that may have to be read more than once, also when it comes through a pipe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "lib/stream/byte_input.hpp"
#include "lib/stream/container.hpp"
#include "roost/context.hpp"

namespace roost::archive {

/// How members stand in an archive.
enum class Format : std::uint8_t { tarGz, zip };

/// Gives the members of an archive from the front, several times. What comes through a pipe is copied to an
/// unlinked temporary file meanwhile, unless it is told that once is enough. One reader at a time.
class ArchiveInput {
public:
    /// `context` must outlive the input.
    ArchiveInput(std::shared_ptr<stream::RepeatableInput> input, Context& context,
                 Format format = Format::tarGz);

    /// From the front. Nobody may be using what an earlier call gave.
    [[nodiscard]] std::unique_ptr<stream::ContainerReader> open();
    /// open() will not be called again. Whoever got the members may be reading.
    void onceIsEnough() noexcept;
    /// Throws roost::Error where somebody wrote to the file since it was opened.
    void checkUnchanged() const;

private:
    [[nodiscard]] std::shared_ptr<stream::ByteInput> openBytes();
    [[nodiscard]] std::shared_ptr<const stream::RandomInput> openAnywhere();

    Context& context_;
    std::shared_ptr<stream::RepeatableInput> input_;
    Format format_;
    std::shared_ptr<stream::RecordedInput> recorded_;    // of what is no plain file
    std::shared_ptr<const stream::RandomInput> copied_;  // of what has to be read from its end
    std::string state_;
    bool opened_ = false;
    bool recordedAll_ = false;
};

}  // namespace roost::archive
