#include "firmware/metrics/exposition.h"

#include <doctest.h>

#include <map>
#include <set>
#include <sstream>
#include <vector>

using namespace postern;
using namespace postern::metrics;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

bool has_line(const std::string& text, const std::string& line) { return ("\n" + text).find("\n" + line + "\n") != std::string::npos; }

std::string name_in(const std::string& line, std::size_t begin = 0) {
    return line.substr(begin, line.find_first_of(" {", begin) - begin);
}

WallTime at(long long seconds) { return WallTime(Seconds(seconds)); }

Snapshot full() {
    Snapshot snapshot;
    snapshot.answers = {{"home", {{200, 7}, {404, 1}, {0, 2}}}, {"none", {{421, 3}}}, {"empty", {}}};
    snapshot.handshakes = {1, 2, 3, 4, 5};
    snapshot.connections = {{"idle", 9}, {"writing", 1}};
    snapshot.swaps = 2;
    snapshot.state_bytes_written = 5000000000;
    snapshot.certificates["home"] = {at(1800000000), at(1790000000), true, 2, 1};
    snapshot.certificates["fresh"] = {at(1800000001), std::nullopt, true, 0, 0};
    snapshot.certificates["own"] = {at(1800000002), std::nullopt, false, 0, 0};
    snapshot.acme_requests = {{{"home-ca", "newOrder", 201}, 4}, {{"home-ca", "newOrder", 0}, 1}};
    snapshot.process = {at(1795223100), 12034, 1048576, 33, 1024};
    return snapshot;
}

}  // namespace

TEST_CASE("every family of the contract, with its labels and values") {
    const std::string text = to_text(full());
    for (const char* line : {
             R"(postern_http_requests_total{site="home",code="200"} 7)",
             R"(postern_http_requests_total{site="home",code="404"} 1)",
             R"(postern_http_requests_total{site="home",code="other"} 2)",
             R"(postern_http_requests_total{site="none",code="421"} 3)",
             R"(postern_handshakes_total{version="1.2",resumed="no",result="ok"} 1)",
             R"(postern_handshakes_total{version="1.2",resumed="yes",result="ok"} 2)",
             R"(postern_handshakes_total{version="1.3",resumed="no",result="ok"} 3)",
             R"(postern_handshakes_total{version="1.3",resumed="yes",result="ok"} 4)",
             R"(postern_handshakes_total{version="unknown",resumed="no",result="failed"} 5)",
             R"(postern_connections{state="idle"} 9)",
             R"(postern_certificate_not_after_seconds{name="home"} 1800000000)",
             R"(postern_certificate_not_after_seconds{name="own"} 1800000002)",
             R"(postern_certificate_next_attempt_seconds{name="home"} 1790000000)",
             R"(postern_certificate_renewals_total{name="home",result="ok"} 2)",
             R"(postern_certificate_renewals_total{name="home",result="failed"} 1)",
             R"(postern_certificate_renewals_total{name="fresh",result="failed"} 0)",
             "postern_certificate_swaps_total 2",
             R"(postern_acme_requests_total{ca="home-ca",kind="newOrder",status="201"} 4)",
             R"(postern_acme_requests_total{ca="home-ca",kind="newOrder",status="none"} 1)",
             "postern_state_bytes_written_total 5000000000",
             "process_start_time_seconds 1795223100",
             "process_cpu_seconds_total 12.034",
             "process_resident_memory_bytes 1048576",
             "process_open_fds 33",
             "process_max_fds 1024",
         }) {
        CAPTURE(line);
        CHECK(has_line(text, line));
    }
    CHECK(text.find(R"(renewals_total{name="own")") == std::string::npos);  // nobody asks a CA for it
    CHECK(text.find(R"(next_attempt_seconds{name="fresh")") == std::string::npos);
}

TEST_CASE("each family is said once: HELP, TYPE, its samples; no series is there twice") {
    std::set<std::string> families, series;
    std::string family, type;
    bool told = true;
    for (const std::string& line : lines_of(to_text(full()))) {
        CAPTURE(line);
        if (line.rfind("# HELP ", 0) == 0) {
            CHECK(told);
            family = name_in(line, 7);
            CHECK(families.insert(family).second);
            CHECK(line.size() > 8 + family.size());
            told = false;
            type.clear();
        } else if (line.rfind("# TYPE ", 0) == 0) {
            CHECK(name_in(line, 7) == family);
            type = line.substr(8 + family.size());
            CHECK((type == "counter" || type == "gauge"));
        } else {
            CHECK(name_in(line) == family);
            CHECK((type == "counter") == (family.size() > 6 && family.rfind("_total") == family.size() - 6));
            CHECK(series.insert(line.substr(0, line.rfind(' '))).second);
            told = true;
        }
    }
    CHECK(families.size() == 14);
    CHECK(to_text(full()) == to_text(full()));
}

TEST_CASE("label values are escaped, and nothing else is") {
    Snapshot snapshot;
    snapshot.answers = {{"a\\b\"c\nd {e}=,\xc3\xa4", {{200, 1}}}};
    CHECK(has_line(to_text(snapshot), "postern_http_requests_total{site=\"a\\\\b\\\"c\\nd {e}=,\xc3\xa4\",code=\"200\"} 1"));
}

TEST_CASE("what is not known is not said") {
    const std::string text = to_text({});
    for (const char* name : {"process_", "postern_http_requests_total", "postern_connections", "postern_certificate_not_after", "acme"})
        CHECK(text.find(name) == std::string::npos);
    CHECK(has_line(text, R"(postern_handshakes_total{version="unknown",resumed="no",result="failed"} 0)"));
    CHECK(has_line(text, "postern_certificate_swaps_total 0"));
    CHECK(text.back() == '\n');
}
