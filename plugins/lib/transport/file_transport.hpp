// The transport `file:`: a file in a folder, or a FIFO to read from.
#pragma once

#include <Poco/JSON/Object.h>

#include <filesystem>

#include "lib/transport/transport.hpp"
#include "lib/transport/transport_options.hpp"

namespace roost::transport {

class FileTransport final : public Transport {
public:
    explicit FileTransport(const TransportOptions& options) : path_(options.url.path()) {}

    [[nodiscard]] static std::string problem(const TransportOptions& options);
    /// Removes unfinished archives from the folder that the record names.
    [[nodiscard]] static std::string recover(const Poco::JSON::Object& record, Decision decision,
                                             Context& context);

    [[nodiscard]] std::string shownTarget() const override { return path_.native(); }
    [[nodiscard]] std::string archiveName() const override { return path_.filename().native(); }
    void judgeTarget(stream::OnExisting onExisting, Acceptance& acceptance, Context& context) const override;
    [[nodiscard]] std::unique_ptr<stream::ByteTarget> openTarget(stream::OnExisting onExisting,
                                                                 Context& context) const override;
    [[nodiscard]] std::unique_ptr<stream::RepeatableInput> openInput(Context& context) const override;

private:
    std::filesystem::path path_;
};

}  // namespace roost::transport
