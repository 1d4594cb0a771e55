#include "firmware/config/admin_certificate.h"

#include <doctest.h>

#include "firmware/config/plan.h"
#include "tests/unit/firmware/config/ini_tester.h"

using namespace postern;
using namespace postern::config;

namespace {

Config with(std::string_view admin, bool sites = true) {
    const std::string rest = sites ? "[site one]\nnames = a.example, *.a.example\ncertificate = self-signed\nkey_type = ec256, rsa2048\n"
                                     "[site Two:8]\nnames = b.example\ncertificate = self-signed\n" : "";
    ConfigOrFaults result = read("[admin]\nhosts = router.lan\n" + std::string(admin) + rest);
    CHECK(faults_of(result) == "");
    return result.config.value();
}

bool has_own(const Config& config) {
    const Plan plan = make_plan(config);
    return !plan.certificates.empty() && plan.certificates.back().name == kAdminPair;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the admin page's certificate: by name, its own, or a site's with that site's names") {
    struct Row {
        const char *line, *lineage;
        bool own;
        Names hosts;
    };
    for (const Row& row : {Row{"", "", false, {"router.lan"}}, Row{"certificate = auto\n", "", false, {"router.lan"}},
                           Row{"certificate = self-signed\n", "admin", true, {"router.lan"}},
                           Row{"certificate = one\n", "one", false, {"router.lan", "a.example", "*.a.example"}},
                           Row{"certificate = two:8\n", "two-8", false, {"router.lan", "b.example"}}}) {
        CAPTURE(row.line);
        const Config config = with(row.line);
        CHECK(admin_lineage(config) == row.lineage);
        CHECK(has_own(config) == row.own);
        CHECK(admin_hosts(config) == row.hosts);
    }
}

TEST_CASE("the admin page without sites has its own, and with no listener none") {
    for (const char* line : {"", "certificate = auto\n", "certificate = self-signed\n"}) {
        CAPTURE(line);
        CHECK(admin_lineage(with(line, false)) == "admin");
        CHECK(make_plan(with(line, false)).certificates.size() == 1);
        CHECK(!has_own(with("listen = off\n" + std::string(line), false)));
        CHECK(!has_own(with("listen = off\n" + std::string(line))));
    }
}

TEST_CASE("what check --print shows of it is taken again") {
    const Config config = with("certificate = Two:8\n");
    CHECK(print_config(config).find("certificate = Two:8\n") != std::string::npos);
    CHECK(print_config(with("")).find("certificate = auto\n") != std::string::npos);
}
