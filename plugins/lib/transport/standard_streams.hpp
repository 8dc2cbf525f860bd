// The transport `-`: standard input and standard output.
#pragma once

#include "lib/transport/transport.hpp"
#include "lib/transport/transport_options.hpp"

namespace roost::transport {

class StandardStreams final : public Transport {
public:
    explicit StandardStreams(const TransportOptions&) {}

    [[nodiscard]] std::string shownTarget() const override { return "standard output"; }
    [[nodiscard]] std::string archiveName() const override { return {}; }
    void judgeTarget(stream::OnExisting, Acceptance&, Context&) const override {}
    [[nodiscard]] std::unique_ptr<stream::ByteTarget> openTarget(stream::OnExisting onExisting,
                                                                 Context& context) const override;
    [[nodiscard]] std::unique_ptr<stream::RepeatableInput> openInput(Context& context) const override;
};

}  // namespace roost::transport
