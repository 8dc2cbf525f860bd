// The transport `s3:`: an object in a bucket.
#pragma once

#include <Poco/JSON/Object.h>

#include "lib/s3/server_settings.hpp"
#include "lib/transport/transport.hpp"
#include "lib/transport/transport_options.hpp"

namespace roost::transport {

class S3Transport final : public Transport {
public:
    explicit S3Transport(const TransportOptions& options);

    [[nodiscard]] static std::string problem(const TransportOptions& options);
    /// Aborts or completes the upload that the record names.
    [[nodiscard]] static std::string recover(const Poco::JSON::Object& record, Decision decision,
                                             Context& context);

    [[nodiscard]] std::string shownTarget() const override;
    [[nodiscard]] std::string archiveName() const override;
    void judgeTarget(stream::OnExisting onExisting, Acceptance& acceptance, Context& context) const override;
    [[nodiscard]] std::unique_ptr<stream::ByteTarget> openTarget(stream::OnExisting onExisting,
                                                                 Context& context) const override;
    [[nodiscard]] std::unique_ptr<stream::RepeatableInput> openInput(Context& context) const override;

private:
    s3::S3Options options_;
    s3::ObjectPlace place_;
};

}  // namespace roost::transport
