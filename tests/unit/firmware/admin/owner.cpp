#include "tests/unit/firmware/admin/owner.h"

#include <doctest.h>
#include <unistd.h>

namespace postern::admin::samples {

Owner::Owner(Has has) {
    files.put_folder("/state");
    account = access::AccountFile::open(shared, "/state", {}).value();
    if (has == Has::kAll)
        REQUIRE(account->set_first_password(*access::PasswordHash::make(kPassword, access::kFewestRounds, random), clock.wall()).ok());
    audit = std::make_unique<access::AuditLog>(clock, shared, log, "/state");
    hasher = std::make_unique<access::PasswordDesk>(access::PasswordDeskParts{clock, random, log, access::kFewestRounds});
    desk = std::make_unique<AccessDesk>(AccessParts{
        clock, log, *account, sessions, gate, *hasher, *audit, office, [](std::string_view typed) { return typed == kToken; },
        [this] { ++set_up; }, [] { return std::vector<std::string>{"router"}; }, [] { return std::string("/state/setup-token"); }});
    office.start();
    hasher->start();
    if (has == Has::kAll) cookie = std::string("__Host-postern=") + std::string(sessions.open("127.0.0.1").token.view());
}

Owner::~Owner() {
    hasher->stop();
    office.stop();
}

http::Response Owner::ask(http::Handler& site, Asked asked) const {
    const std::string origin = "https://" + (asked.host.find(':') == std::string::npos ? asked.host : "[" + asked.host + "]");
    asked.fields.push_back({"Cookie", cookie});
    asked.fields.push_back({"Origin", origin});
    asked.fields.push_back({"Content-Type", "application/json"});
    return wait(samples::ask(site, asked));
}

http::Response Owner::wait(http::Response response) {
    for (int i = 0; i < 60000 && response.later; ++i) {
        http::Response answer;
        if (response.later->take(answer)) return answer;
        usleep(1000);
    }
    REQUIRE(!response.later);
    return response;
}

std::string Owner::cookie_in(const http::Response& response) {
    const std::string field = field_of(response, "set-cookie");
    return field.substr(0, field.find(';'));
}

}  // namespace postern::admin::samples
