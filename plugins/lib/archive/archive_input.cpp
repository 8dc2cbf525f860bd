#include "lib/archive/archive_input.hpp"

#include <utility>

#include "lib/stream/tar_gz.hpp"
#include "lib/zip/zip_reader.hpp"
#include "roost/error.hpp"

namespace roost::archive {

ArchiveInput::ArchiveInput(std::shared_ptr<stream::RepeatableInput> input, Context& context, Format format)
    : context_(context), input_(std::move(input)), format_(format) {
    if (input_->repeatable())
        state_ = input_->state();
    else if (format_ == Format::tarGz)
        recorded_ = std::make_shared<stream::RecordedInput>(*input_, context.temporaryFolder());
}

void ArchiveInput::onceIsEnough() noexcept {
    if (recorded_) recorded_->stopRecording();
}

std::unique_ptr<stream::ContainerReader> ArchiveInput::open() {
    if (format_ == Format::zip) return std::make_unique<zip::ZipReader>(openAnywhere());
    return std::make_unique<stream::TarGzReader>(openBytes(), &context_);
}

std::shared_ptr<stream::ByteInput> ArchiveInput::openBytes() {
    const bool first = !std::exchange(opened_, true);
    if (!recorded_) {
        if (!first) input_->rewind();
        return input_;
    }
    if (first) return recorded_;
    if (!std::exchange(recordedAll_, true)) recorded_->copyRest(context_);
    return recorded_->replay();
}

/// A zip's directory stands at its end.
std::shared_ptr<const stream::RandomInput> ArchiveInput::openAnywhere() {
    if (const stream::RandomInput* const random = input_->random()) return {input_, random};
    if (!copied_) copied_ = stream::copyToScratch(*input_, context_);
    return copied_;
}

void ArchiveInput::checkUnchanged() const {
    if (input_->repeatable() && input_->state() != state_)
        throw Error(input_->name() + " changed while it was read", "run again when nobody writes to it");
}

}  // namespace roost::archive
