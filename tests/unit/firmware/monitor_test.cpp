#include "firmware/monitor.h"

#include <doctest.h>

using namespace postern;

namespace {

constexpr Seconds kDay(86400);
const WallTime kNow{Seconds(1'800'000'000)};
const acme::RenewAt kQuarter{0.25, 0}, kEighth{0.125, 0};

Sight sight(const std::string& host, long long days_left, long long life = 90) {
    Sight s;
    s.certificate = s.host = host;
    s.not_after = kNow + days_left * kDay;
    s.not_before = s.not_after - life * kDay;
    return s;
}
MonitorLine line_of(const std::vector<Sight>& sights) { return monitor_line(sights, kQuarter, kEighth, kNow); }

}  // namespace

TEST_CASE("monitor: all in order, the first to end is told, with performance data") {
    const MonitorLine line = line_of({sight("a.example", 60), sight("b.example", 40)});
    CHECK(line.alarm == Alarm::kOk);
    CHECK(line.text == "CERTIFICATES OK - 2 names in order, b.example ends first: 40 days left | "
                       "'a.example'=5184000s;1944000:;972000:;0;7776000 'b.example'=3456000s;1944000:;972000:;0;7776000\n");
}

TEST_CASE("monitor: the defaults never warn in a healthy life, whatever its length") {
    for (long long life : {90, 45, 6}) {
        Sight one = sight("a.example", 0, life);
        const Seconds least = life < 10 ? life * kDay / 2 : life * kDay / 3;  // when it is renewed
        one.not_after = kNow + least;
        one.not_before = one.not_after - life * kDay;
        CHECK(line_of({one}).alarm == Alarm::kOk);
    }
}

TEST_CASE("monitor: thresholds as fractions and as days") {
    CHECK(line_of({sight("a.example", 22)}).alarm == Alarm::kWarning);   // 22.5 are a quarter
    CHECK(line_of({sight("a.example", 23)}).alarm == Alarm::kOk);
    CHECK(line_of({sight("a.example", 11)}).alarm == Alarm::kCritical);  // 11.25
    CHECK(line_of({sight("a.example", 12)}).alarm == Alarm::kWarning);
    const acme::RenewAt twenty{0.3, 20 * 86400}, ten{0.3, 10 * 86400};
    CHECK(monitor_line({sight("a.example", 19)}, twenty, ten, kNow).alarm == Alarm::kWarning);
    CHECK(monitor_line({sight("a.example", 20)}, twenty, ten, kNow).alarm == Alarm::kOk);
    CHECK(monitor_line({sight("a.example", 9)}, twenty, ten, kNow).alarm == Alarm::kCritical);
}

TEST_CASE("monitor: what is critical, in words") {
    Sight expired = sight("old.example", -1), other = sight("other.example", 60), own = sight("own.example", 60);
    other.covers = false;
    own.self_signed = true;
    const MonitorLine line = line_of({expired, sight("a.example", 60), other, own});
    CHECK(line.alarm == Alarm::kCritical);
    CHECK(line.text.find("CERTIFICATES CRITICAL - old.example: expired 2027-01-14T08:00:00Z; "
                         "other.example: the certificate that is served is for other names; "
                         "own.example: a self-signed certificate is served; 1 more in order | ") == 0);
    CHECK(line.text.find("'old.example'=0s;") != std::string::npos);
    own.from_ca = false;  // as configured
    CHECK(line_of({own}).alarm == Alarm::kOk);
}

TEST_CASE("monitor: a warning outweighs what could not be seen; the text stays on its line") {
    Sight silent = sight("a.example", 0);
    silent.failure = "127.0.0.1:443: no | answer\nin time";
    CHECK(line_of({silent}).alarm == Alarm::kUnknown);
    CHECK(line_of({silent}).text == "CERTIFICATES UNKNOWN - a.example: 127.0.0.1:443: no / answer in time\n");
    CHECK(line_of({silent, sight("b.example", 20)}).alarm == Alarm::kWarning);
    CHECK(line_of({}).alarm == Alarm::kOk);
    CHECK(line_of({}).text == "CERTIFICATES OK - no site is configured\n");
}
