#include "firmware/admin/host_check.h"

#include <doctest.h>

using namespace postern::admin;

TEST_CASE("which hosts are ours") {
    const std::vector<std::string> hosts = {"router.lan", "fd00:0::9", "*.home.example"};
    struct Row {
        const char *host, *local;
        bool own;
    };
    static constexpr Row kRows[] = {
        {"localhost", "", true},
        {"127.0.0.1", "", true},
        {"127.9.9.9", "192.168.1.1", true},
        {"::1", "", true},
        {"::ffff:127.0.0.1", "", true},
        {"router.lan", "", true},
        {"fd00::9", "192.168.1.1", true},
        {"a.home.example", "", true},
        {"home.example", "", false},
        {".home.example", "", false},
        {"b.a.home.example", "", false},
        {"a.home.example.evil.example", "", false},
        {"ahome.example", "", false},
        {"*.home.example", "", true},  // no DNS has it
        {"x.router.lan", "", false},
        {"192.168.1.1", "192.168.1.1", true},
        {"::ffff:192.168.1.1", "192.168.1.1", true},
        {"192.168.1.1", "::ffff:192.168.1.1", true},
        {"fd00::2", "fd00::2", true},
        {"fd00:0:0::2", "fd00::2", true},
        {"", "", false},
        {"", "192.168.1.1", false},
        {"192.168.1.1", "", false},
        {"192.168.1.1", "192.168.1.2", false},
        {"fd00::2", "fd00::3", false},
        {"0.0.0.0", "192.168.1.1", false},
        {"192.168.1.1.evil.example", "192.168.1.1", false},
        {"192.168.1.01", "192.168.1.1", false},
        {"192.168.257", "192.168.1.1", false},
        {"evil.example", "evil.example", false},
        {"unix", "unix", false},
        {"evil.example", "", false},
    };
    for (const Row& row : kRows) {
        CAPTURE(row.host);
        CAPTURE(row.local);
        CHECK(is_own_host(row.host, row.local, hosts) == row.own);
    }
}
