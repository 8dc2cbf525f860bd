#include "plugin/present_call.hpp"

#include <csignal>
#include <cstddef>
#include <memory>
#include <new>

namespace roost {

namespace {

/// A thread's stack for signal handlers. Without one, for want of memory, handlers use the thread's own.
class HandlerStack {
public:
    HandlerStack() noexcept : memory_(new (std::nothrow) std::byte[size]) {
        if (!memory_) return;
        stack_t stack{};
        stack.ss_sp = memory_.get();
        stack.ss_size = size;
        sigaltstack(&stack, nullptr);
    }
    ~HandlerStack() {
        stack_t none{};
        none.ss_flags = SS_DISABLE;
        sigaltstack(&none, nullptr);
    }
    HandlerStack(const HandlerStack&) = delete;
    HandlerStack& operator=(const HandlerStack&) = delete;

private:
    static constexpr std::size_t size = std::size_t{64} << 10U;
    std::unique_ptr<std::byte[]> memory_;
};

/// A signal handler has no other way to learn on which stage's behalf its thread was at work.
constinit thread_local const char* present = nullptr;

void giveHandlerStack() noexcept {
    if constexpr (!sanitizersHandleSignals) static const thread_local HandlerStack stack;
}

}  // namespace

PresentCall::PresentCall(const std::string& stage) noexcept : before_(present) {
    giveHandlerStack();
    present = stage.c_str();
}

PresentCall::~PresentCall() { present = before_; }

const char* PresentCall::stage() noexcept { return present; }

}  // namespace roost
