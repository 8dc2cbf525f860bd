#include "lib/archive/archive_input.hpp"

#include <string_view>
#include <utility>

#include "lib/openpgp/encrypted_name.hpp"
#include "lib/openpgp/message.hpp"
#include "lib/stream/tar_gz.hpp"
#include "lib/zip/zip_reader.hpp"
#include "roost/error.hpp"

namespace roost::archive {

namespace {

/// The format that an archive begins like.
Format formatOf(stream::Bytes front, Format expected) noexcept {
    constexpr std::string_view zipMark = "PK";
    constexpr std::string_view gzipMark = "\x1F\x8B";
    const std::string_view text(reinterpret_cast<const char*>(front.data()), front.size());
    if (text.starts_with(zipMark)) return Format::zip;
    return text.starts_with(gzipMark) ? Format::tarGz : expected;
}

bool beginsLikeArchive(stream::Bytes front) noexcept {
    return formatOf(front, Format::tarGz) == formatOf(front, Format::zip);
}

}  // namespace

ArchiveInput::ArchiveInput(std::shared_ptr<stream::RepeatableInput> input, Context& context, Format format,
                           openpgp::DecryptOptions keys)
    : context_(context), input_(std::move(input)), format_(format), keys_(std::move(keys)) {
    if (input_->repeatable())
        state_ = input_->state();
    else
        recorded_ = std::make_shared<stream::RecordedInput>(*input_, context.temporaryFolder());
}

void ArchiveInput::onceIsEnough() noexcept {
    if (recorded_) recorded_->stopRecording();
}

std::unique_ptr<stream::ContainerReader> ArchiveInput::open() {
    decrypted_.reset();  // it would go on reading
    if (copied_) return std::make_unique<zip::ZipReader>(copied_);
    auto bytes = std::make_shared<stream::PeekedInput>(openBytes(), context_);
    const bool encrypted = openpgp::beginsMessage(bytes->front());
    if (encrypted) {
        if (!keys_.given())
            throw Error(
                input_->name() + " is encrypted, and no key was given",
                "set BACKUP_PASSPHRASE or BACKUP_SECRET_KEY, or --passphrase-file or --secret-key of 'roost "
                "inspect' and 'roost verify'; in a definition of your own, 'decrypt' of the source");
        decrypted_ = std::make_shared<openpgp::DecryptingInput>(std::move(bytes), keys_);
        bytes = std::make_shared<stream::PeekedInput>(decrypted_, context_);
    } else {
        checkEnding(bytes->front());
    }
    if (formatOf(bytes->front(), format_) == Format::zip) return openZip(bytes, encrypted);
    return std::make_unique<stream::TarGzReader>(std::move(bytes), &context_);
}

/// A file that has the name of an encrypted archive and does not begin like anything.
void ArchiveInput::checkEnding(stream::Bytes front) const {
    std::string name = input_->name();
    if (name.ends_with('\'')) name.pop_back();
    if (openpgp::hasEncryptedEnding(name) && !beginsLikeArchive(front))
        throw Error(
            input_->name() +
                " is damaged: its name is one of an encrypted archive, and it does not begin like one",
            "take another copy of it");
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

/// A zip's directory stands at its end, so that what cannot be read from anywhere is copied.
std::unique_ptr<stream::ContainerReader> ArchiveInput::openZip(
    const std::shared_ptr<stream::ByteInput>& bytes, bool encrypted) {
    const stream::RandomInput* const random = encrypted ? nullptr : input_->random();
    if (random != nullptr)
        return std::make_unique<zip::ZipReader>(std::shared_ptr<const stream::RandomInput>(input_, random));
    if (recorded_) recorded_->stopRecording();
    copied_ = encrypted ? stream::copySealed(*bytes, context_) : stream::copyToScratch(*bytes, context_);
    return std::make_unique<zip::ZipReader>(copied_);
}

void ArchiveInput::checkMessage() const {
    if (decrypted_) decrypted_->finish(context_);
}

void ArchiveInput::checkUnchanged() const {
    if (input_->repeatable() && input_->state() != state_)
        throw Error(input_->name() + " changed while it was read", "run again when nobody writes to it");
}

}  // namespace roost::archive
