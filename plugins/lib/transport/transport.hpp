// How an archive's bytes travel, whatever its format.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/stream/byte_input.hpp"
#include "lib/stream/byte_target.hpp"
#include "lib/stream/partial_file.hpp"
#include "roost/context.hpp"
#include "roost/plugin.hpp"
#include "roost/stage.hpp"

namespace roost::transport {

/// The place that one url names. Making one touches nothing outside. One thread; what it opens is used as the
/// class of that says. Every call throws roost::Error that names the place, without secrets.
class Transport {
public:
    virtual ~Transport() = default;

    /// The place for people, without secrets: "backups/a.tar.gz", "standard output".
    [[nodiscard]] virtual std::string shownTarget() const = 0;
    /// The archive's own name, whose ending tells its format: "a.tar.gz"; "" where there is none.
    [[nodiscard]] virtual std::string archiveName() const = 0;

    /// Adds to `acceptance` why no archive can be written there, and what the plan should tell of what is
    /// there already. Changes nothing.
    virtual void judgeTarget(stream::OnExisting onExisting, Acceptance& acceptance,
                             Context& context) const = 0;
    /// Opens the place for writing, where nothing shows yet. Tidies up what killed runs left there, and notes
    /// in the journal what a killed run would leave; recover() gets that back.
    [[nodiscard]] virtual std::unique_ptr<stream::ByteTarget> openTarget(stream::OnExisting onExisting,
                                                                         Context& context) const = 0;
    /// Opens the archive at its front. It may be opened again while another is read; whether both are the
    /// same archive tells RepeatableInput::state().
    [[nodiscard]] virtual std::unique_ptr<stream::RepeatableInput> openInput(Context& context) const = 0;
};

}  // namespace roost::transport
