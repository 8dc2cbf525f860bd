// Calling into a plugin: watched by the heartbeat, and what it throws gets the stage's name.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include "pipeline/stage_context.hpp"
#include "plugin/present_call.hpp"
#include "roost/error.hpp"

namespace roost {

/// Runs `call` as the stage of `context`. `where` returns its position in the data ("table users, row 12"),
/// or "". Throws roost::Error for whatever the stage threw, Interrupted for an interruption.
template <class Call, class Where>
decltype(auto) callStage(StageContext& context, Where&& where, Call&& call) {
    const auto named = [&](const std::string& thrown) {
        const std::string message = context.inOwnWords(thrown);
        std::string place = where();
        // A stage that names the table itself knows its row better.
        if (message.starts_with(place.substr(0, place.find(" after row ")))) place.clear();
        return context.label() + (place.empty() ? "" : ", " + place) + ": " + message;
    };
    const Heartbeat::Call watched(context.heartbeat());
    const PresentCall present(context.label());
    try {
        return std::forward<Call>(call)();
    } catch (const Interrupted&) {
        throw;
    } catch (const OutcomeUnknown& error) {
        throw OutcomeUnknown(named(error.what()), context.inOwnWords(error.hint()));
    } catch (const Error& error) {
        throw Error(named(error.what()), context.inOwnWords(error.hint()));
    } catch (const std::bad_alloc&) {
        throw Error(named("out of memory"));
    } catch (const std::exception& error) {
        throw Error(named(error.what()));
    } catch (...) {
        throw Error(named("the plugin threw something that is no exception"));
    }
}

template <class Call>
decltype(auto) callStage(StageContext& context, Call&& call) {
    return callStage(
        context, [] { return std::string(); }, std::forward<Call>(call));
}

}  // namespace roost
