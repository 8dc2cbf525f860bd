#include "lib/transport/standard_streams.hpp"

#include "lib/stream/standard_output.hpp"

namespace roost::transport {

std::unique_ptr<stream::ByteTarget> StandardStreams::openTarget(stream::OnExisting, Context& context) const {
    return std::make_unique<stream::StandardOutput>(context.temporaryFolder());
}

std::unique_ptr<stream::RepeatableInput> StandardStreams::openInput(Context&) const {
    return stream::FileInput::standardInput();
}

}  // namespace roost::transport
