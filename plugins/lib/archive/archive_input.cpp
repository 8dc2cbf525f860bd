#include "lib/archive/archive_input.hpp"

#include <utility>

#include "roost/error.hpp"

namespace roost::archive {

ArchiveInput::ArchiveInput(std::shared_ptr<stream::RepeatableInput> input, Context& context)
    : context_(context), input_(std::move(input)) {
    if (!input_->repeatable())
        recorded_ = std::make_shared<stream::RecordedInput>(*input_, context.temporaryFolder());
    else
        state_ = input_->state();
}

void ArchiveInput::onceIsEnough() noexcept {
    if (recorded_) recorded_->stopRecording();
}

std::shared_ptr<stream::ByteInput> ArchiveInput::open() {
    const bool first = !std::exchange(opened_, true);
    if (!recorded_) {
        if (!first) input_->rewind();
        return input_;
    }
    if (first) return recorded_;
    if (!std::exchange(copied_, true)) recorded_->copyRest(context_);
    return recorded_->replay();
}

void ArchiveInput::checkUnchanged() const {
    if (!recorded_ && input_->state() != state_)
        throw Error(input_->name() + " changed while it was read", "run again when nobody writes to it");
}

}  // namespace roost::archive
