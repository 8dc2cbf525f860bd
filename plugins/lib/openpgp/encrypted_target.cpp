#include "lib/openpgp/encrypted_target.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "lib/openpgp/message.hpp"
#include "roost/error.hpp"

namespace roost::openpgp {

namespace {

constexpr std::size_t readAtOnce = std::size_t{256} << 10U;

}  // namespace

EncryptedTarget::EncryptedTarget(std::unique_ptr<stream::ByteTarget> target, EncryptOptions options,
                                 Context& context)
    : target_(std::move(target)),
      options_(std::move(options)),
      context_(context),
      plain_(std::make_unique<stream::SealedFile>(context.temporaryFolder())) {}

void EncryptedTarget::append(std::span<const stream::Bytes> pieces) {
    for (const stream::Bytes piece : pieces) plain_->append(piece);
}

void EncryptedTarget::prepare() {
    std::vector<std::byte> block(readAtOnce);
    stream::Bytes left;
    std::uint64_t at = 0;
    const auto read = [&](std::span<std::byte> buffer) {
        if (left.empty()) {
            if (context_.stopToken().stop_requested()) throw Interrupted();
            context_.alive();
            const auto size =
                static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), plain_->size() - at));
            plain_->read(at, std::span(block).first(size));
            at += size;
            left = stream::Bytes(block).first(size);
        }
        const std::size_t size = std::min(buffer.size(), left.size());
        std::copy_n(left.begin(), size, buffer.begin());
        left = left.subspan(size);
        return size;
    };
    encrypt(options_, read, [this](stream::Bytes bytes) { target_->append({&bytes, 1}); });
    plain_.reset();
    target_->prepare();
}

void EncryptedTarget::abort() noexcept {
    plain_.reset();
    target_->abort();
}

}  // namespace roost::openpgp
