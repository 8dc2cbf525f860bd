// Which transport a url asks for.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "lib/transport/transport.hpp"
#include "lib/transport/transport_options.hpp"
#include "roost/context.hpp"
#include "roost/diagnostic.hpp"
#include "roost/node.hpp"

namespace roost::transport {

enum class Direction : std::uint8_t { read, write };

/// Adds what is wrong with the url of a stage of the plugin `plugin`. Touches nothing outside.
void checkTransport(const TransportOptions& options, const Node& settings, std::string_view plugin,
                    Direction direction, Diagnostics& diagnostics);

/// The transport of the url's scheme. Throws roost::Error for a scheme that none has.
[[nodiscard]] std::unique_ptr<Transport> makeTransport(const TransportOptions& options);

/// Tidies up after a run that ended without doing so, and finishes what can be finished where the run was
/// committed: `record` is what a transport had noted in the journal for a stage of the plugin `plugin`.
/// Returns a sentence about what was done, "" for nothing; may be called again.
[[nodiscard]] std::string recoverTarget(const std::string& record, Decision decision, std::string_view plugin,
                                        Context& context);

}  // namespace roost::transport
