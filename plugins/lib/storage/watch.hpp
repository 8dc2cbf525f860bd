// Keeps long walks stoppable.
#pragma once

#include <cstdint>
#include <stop_token>

#include "roost/context.hpp"
#include "roost/error.hpp"

namespace roost::storage {

/// Told of each step of a long walk; ends it when the run is to end, and tells the watchdog that it goes on.
class Watch {
public:
    /// `context` must outlive the watch.
    explicit Watch(Context& context) : context_(&context), stop_(context.stopToken()) {}

    /// Throws Interrupted when the run is to end.
    void step() {
        if (stop_.stop_requested()) throw Interrupted();
        if ((++steps_ & 255U) == 0) context_->alive();
    }

private:
    Context* context_;
    std::stop_token stop_;
    std::uint32_t steps_ = 0;
};

}  // namespace roost::storage
