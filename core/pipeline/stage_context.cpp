#include "pipeline/stage_context.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "roost/error.hpp"

namespace roost {

std::chrono::system_clock::time_point runStartTime() {
    const char* fixed = std::getenv("SOURCE_DATE_EPOCH");
    if (fixed == nullptr || *fixed == '\0') return std::chrono::system_clock::now();
    const std::string_view text(fixed);
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size())
        throw Error("SOURCE_DATE_EPOCH is not a number of seconds: '" + std::string(text) + "'");
    return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
}

void LivingStages::add(const StageContext& stage) {
    const std::scoped_lock lock(mutex_);
    stages_.push_back(&stage);
}

void LivingStages::remove(const StageContext& stage) noexcept {
    const std::scoped_lock lock(mutex_);
    std::erase(stages_, &stage);
}

std::string LivingStages::silentLongerThan(std::chrono::milliseconds limit) const {
    const std::scoped_lock lock(mutex_);
    for (const StageContext* stage : stages_)
        if (stage->heartbeat().silence() > limit) return stage->label();
    return {};
}

void StageContext::log(LogLevel level, const std::string& message) {
    environment_.log(level, label_ + ": " + message);
}

void StageContext::warn(const std::string& told) {
    const std::string message = inOwnWords(told);
    environment_.notices.warnings.add({label_, {}, message});
    logNotice(message);
}

void StageContext::note(const std::string& message) {
    environment_.notices.notes.add({label_, {}, message});
    environment_.log(LogLevel::debug, label_ + ": " + message);
}

void StageContext::setAside(const std::string& subject, const std::string& message) {
    environment_.notices.setAside.add({label_, subject, message});
    logNotice(subject + ": " + message);
}

/// Ten thousand lines tell nobody more than a hundred, and hide what the other stages say.
void StageContext::logNotice(const std::string& message) {
    const std::uint64_t number = ++noticesLogged_;
    if (number <= mostLogged) {
        environment_.log(LogLevel::warning, label_ + ": " + message);
        return;
    }
    if (number == mostLogged + 1)
        environment_.log(LogLevel::warning,
                         label_ + ": there are more of these; the report (--report) names them");
    environment_.log(LogLevel::debug, label_ + ": " + message);
}

bool StageContext::journal(const std::string& record) {
    const std::scoped_lock lock(environment_.journalMutex);
    try {
        environment_.journal.append({kind_, plugin_, label_, record}, environment_.pipelineName);
        return true;
    } catch (const Error& error) {
        if (!std::exchange(environment_.lacksJournal, true))
            warn(std::string(
                     "no journal is kept, so that what a crash would leave has to be looked for by hand: ") +
                 error.what());
        return false;
    }
}

}  // namespace roost
