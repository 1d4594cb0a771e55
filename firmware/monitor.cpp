#include "firmware/monitor.h"

#include <algorithm>
#include <map>

#include "firmware/console.h"
#include "server/base/text.h"

namespace postern {

namespace {

struct Verdict {
    Alarm alarm = Alarm::kOk;
    std::string words;
};

// Nagios guidelines: CRITICAL before WARNING before UNKNOWN before OK.
int weight(Alarm alarm) {
    switch (alarm) {
        case Alarm::kCritical: return 3;
        case Alarm::kWarning: return 2;
        case Alarm::kUnknown: return 1;
        case Alarm::kOk: break;
    }
    return 0;
}

std::string_view name_of(Alarm alarm) {
    switch (alarm) {
        case Alarm::kOk: return "OK";
        case Alarm::kWarning: return "WARNING";
        case Alarm::kCritical: return "CRITICAL";
        case Alarm::kUnknown: break;
    }
    return "UNKNOWN";
}

std::string left_in_words(Seconds left) {
    constexpr long long kDay = 86400, kHour = 3600;
    if (left.count() >= 2 * kDay) return std::to_string(left.count() / kDay) + " days";
    return std::to_string(left.count() / kHour) + " hours";
}

Verdict judge(const Sight& sight, const acme::RenewAt& warning, const acme::RenewAt& critical, WallTime now) {
    if (!sight.failure.empty()) return {Alarm::kUnknown, sight.failure};
    if (!sight.covers) return {Alarm::kCritical, "the certificate that is served is for other names"};
    if (now >= sight.not_after)
        return {Alarm::kCritical, "expired " + to_rfc3339(sight.not_after.time_since_epoch().count())};
    if (sight.from_ca && sight.self_signed) return {Alarm::kCritical, "a self-signed certificate is served"};
    const Seconds left = sight.not_after - now, life = sight.not_after - sight.not_before;
    const std::string words = left_in_words(left) + " left";
    if (left < threshold(critical, life)) return {Alarm::kCritical, words};
    if (left < threshold(warning, life)) return {Alarm::kWarning, words};
    return {Alarm::kOk, words};
}

// 'label'=seconds;warn;crit;min;max with "N:" for "alarm below N". A quote in a label is doubled; names have none.
std::string performance(const Sight& sight, const acme::RenewAt& warning, const acme::RenewAt& critical, WallTime now) {
    const Seconds life = sight.not_after - sight.not_before;
    auto number = [](Seconds seconds) { return std::to_string(seconds.count()); };
    return "'" + sight.certificate + "'=" + number(std::max<Seconds>(sight.not_after - now, Seconds(0))) + "s;" +
           number(threshold(warning, life)) + ":;" + number(threshold(critical, life)) + ":;0;" + number(life);
}

}  // namespace

Seconds threshold(const acme::RenewAt& rule, Seconds life) {
    if (rule.seconds > 0) return Seconds(rule.seconds);
    return Seconds(static_cast<long long>(static_cast<double>(life.count()) * rule.fraction));
}

MonitorLine monitor_line(const std::vector<Sight>& sights, const acme::RenewAt& warning, const acme::RenewAt& critical,
                         WallTime now) {
    MonitorLine line;
    std::map<Alarm, std::size_t> counts;
    std::string troubles;
    std::map<std::string, const Sight*> shown;  // of each certificate the name with the least left
    const Sight* next = nullptr;
    for (const Sight& sight : sights) {
        const Verdict verdict = judge(sight, warning, critical, now);
        ++counts[verdict.alarm];
        if (weight(verdict.alarm) > weight(line.alarm)) line.alarm = verdict.alarm;
        if (verdict.alarm != Alarm::kOk) troubles += (troubles.empty() ? "" : "; ") + sight.host + ": " + verdict.words;
        if (!sight.failure.empty()) continue;
        if (next == nullptr || sight.not_after < next->not_after) next = &sight;
        const Sight*& one = shown[sight.certificate];
        if (one == nullptr || sight.not_after < one->not_after) one = &sight;
    }
    line.text = "CERTIFICATES " + std::string(name_of(line.alarm)) + " - ";
    if (!troubles.empty()) {
        line.text += troubles;
        if (counts[Alarm::kOk] > 0) line.text += "; " + std::to_string(counts[Alarm::kOk]) + " more in order";
    } else if (next == nullptr) {
        line.text += "no site is configured";
    } else {
        line.text += std::to_string(sights.size()) + (sights.size() == 1 ? " name" : " names") + " in order, " + next->host +
                     " ends first: " + left_in_words(next->not_after - now) + " left";
    }
    line.text = one_line(line.text);
    std::replace(line.text.begin(), line.text.end(), '|', '/');  // it divides the text from the numbers
    std::string numbers;
    for (const auto& [name, sight] : shown) numbers += " " + performance(*sight, warning, critical, now);
    line.text += numbers.empty() ? "\n" : " |" + numbers + "\n";
    return line;
}

}  // namespace postern
