#include "acme/clock_book.h"

#include <algorithm>

#include "server/base/text.h"

namespace postern::acme {

namespace {

constexpr Seconds kAgree(300);         // clocks that are kept at all are not further apart
constexpr Seconds kApart(3600);        // less may be a reply out of a cache
constexpr Seconds kSaveEvery(86400);   // flash wears out
constexpr Seconds kFirstPause(60), kLongestPause(3600);

}  // namespace

ClockBook::ClockBook(Store& store, KnownClock& clock, Log& log) : store_(store), clock_(clock), log_(log) {
    if (auto good = store_.good_time()) saved_ = *good;
    clock_.raise(saved_);
}

void ClockBook::heard(const Transport& transport) {
    const auto date = transport.vouched_date();
    if (!date) return;
    clock_.learn(*date);
    if (clock_.source() != ClockSource::kMachine) return;
    const Seconds ahead = clock_.ahead().value_or(Seconds(0));
    if (std::chrono::abs(ahead) > kApart && !apart_)
        log_.warn("acme.clock", {{"ahead_s", ahead.count()}, {"text", "the clock here and the CA's differ: check the time source (NTP)"}});
    apart_ = std::chrono::abs(ahead) > kApart;
    if (std::chrono::abs(ahead) > kAgree || *date - saved_ < kSaveEvery) return;
    if (auto saved = store_.save_good_time(*date); !saved) {
        log_.warn("acme.store", {{"what", "clock"}, {"problem", saved.error().text()}});
        return;
    }
    saved_ = *date;
    clock_.raise(saved_);
}

void ClockBook::ask(CaDesks& desks, const CaSettings& ca, bool by_hand) {
    if (!by_hand && clock_.steady() < next_) return;
    pause_ = std::clamp(pause_ * 2, kFirstPause, kLongestPause);
    next_ = clock_.steady() + pause_;
    auto date = desks.ask_time(ca);
    if (date) clock_.learn(*date);
    if (date && clock_.is_set()) {
        log_.warn("acme.clock", {{"now", to_rfc3339(date->time_since_epoch().count())},
                                 {"text", "the clock here is not set: certificates go by the CA's clock until it is"}});
        return;
    }
    log_.warn("acme.clock", {{"problem", date ? "the CA's clock, too, is behind what is known to have passed" : date.error().text()},
                             {"text", "the clock is not set: nothing is ordered before it is"}});
}

}  // namespace postern::acme
