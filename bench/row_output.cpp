#include "bench/row_output.hpp"

#include <fmt/format.h>

#include <chrono>
#include <iterator>

namespace roost::bench {

void appendMoment(std::string& text, const Moment& moment, unsigned digits) {
    namespace chrono = std::chrono;
    const chrono::sys_seconds local{
        chrono::seconds(moment.seconds + std::int64_t{moment.offsetMinutes} * 60)};
    const auto day = chrono::floor<chrono::days>(local);
    const chrono::year_month_day date(day);
    const chrono::hh_mm_ss time(local - day);
    auto out = std::back_inserter(text);
    fmt::format_to(out, "{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                   time.hours().count(), time.minutes().count(), time.seconds().count());
    if (moment.byDatabase) return;
    std::string fraction = fmt::format("{:09}", moment.nanoseconds).substr(0, digits);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    if (!fraction.empty()) text += '.' + fraction;
    const auto offset = static_cast<unsigned>(moment.offsetMinutes);  // never west of UTC
    fmt::format_to(out, "+{:02}:{:02}", offset / 60, offset % 60);
}

}  // namespace roost::bench
