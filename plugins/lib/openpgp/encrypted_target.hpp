// An archive that is encrypted on its way to where it goes.
#pragma once

#include <memory>

#include "lib/openpgp/key_options.hpp"
#include "lib/stream/byte_target.hpp"
#include "lib/stream/sealed_file.hpp"
#include "roost/context.hpp"

namespace roost::openpgp {

/// Formats go back to correct what they wrote, and OpenPGP cannot: the plain bytes wait in a file that a
/// random key seals, and prepare() sends them through OpenPGP to the target.
class EncryptedTarget final : public stream::ByteTarget {
public:
    /// `context` must outlive it.
    EncryptedTarget(std::unique_ptr<stream::ByteTarget> target, EncryptOptions options, Context& context);

    void append(std::span<const stream::Bytes> pieces) override;
    void rewrite(std::uint64_t offset, stream::Bytes bytes) override { plain_->rewrite(offset, bytes); }
    void shift(std::uint64_t offset, std::int64_t distance) override { plain_->shift(offset, distance); }
    /// Of the plain bytes; after prepare() of the encrypted ones.
    [[nodiscard]] std::uint64_t size() const noexcept override {
        return plain_ ? plain_->size() : target_->size();
    }
    void prepare() override;
    void commit() override { target_->commit(); }
    void abort() noexcept override;

private:
    std::unique_ptr<stream::ByteTarget> target_;
    EncryptOptions options_;
    Context& context_;
    std::unique_ptr<stream::SealedFile> plain_;
};

}  // namespace roost::openpgp
