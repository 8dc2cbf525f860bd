// An archive that may have to be read more than once, also when it comes through a pipe.
#pragma once

#include <memory>
#include <string>

#include "lib/stream/byte_input.hpp"
#include "roost/context.hpp"

namespace roost::archive {

/// Gives the bytes of an archive from the front, several times. What comes through a pipe is copied to an
/// unlinked temporary file meanwhile, unless it is told that once is enough. One reader at a time.
class ArchiveInput {
public:
    /// `context` must outlive the input.
    ArchiveInput(std::shared_ptr<stream::RepeatableInput> input, Context& context);

    /// From the front. Nobody may be reading what an earlier call gave.
    [[nodiscard]] std::shared_ptr<stream::ByteInput> open();
    /// open() will not be called again. Whoever got the bytes may be reading.
    void onceIsEnough() noexcept;
    /// Throws roost::Error where somebody wrote to the file since it was opened.
    void checkUnchanged() const;

private:
    Context& context_;
    std::shared_ptr<stream::RepeatableInput> input_;
    std::shared_ptr<stream::RecordedInput> recorded_;  // of what is no plain file
    std::string state_;
    bool opened_ = false;
    bool copied_ = false;
};

}  // namespace roost::archive
