// The small JSON texts of the API, in and out. The large one is in status_json.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "acme/worker.h"
#include "firmware/admin/control.h"
#include "server/base/json.h"
#include "server/base/result.h"

namespace postern::admin {

// RFC 9457; `more`: members of its own, which come first.
std::string problem_json(std::uint16_t status, std::string_view title, std::string_view detail, JsonObject more = {});
std::string job_json(const acme::JobView& job);
std::string started_job_json(std::string_view id);  // {"job":ID}
std::string result_json(std::string_view text);     // {"result":TEXT}

struct RenewRequest {
    bool force = false;
    std::vector<std::string> names{};  // of certificates; empty: not sent
};

// "" or an object of these members: "force", true or false, and "names", texts of which there is one at least. kRefuse,
// saying what is wrong, for anything else: no JSON, members that are not `allowed`, other types, more than 64 kB.
Result<RenewRequest> read_renew_request(std::string_view body, std::initializer_list<std::string_view> allowed);

// Seconds that a probe hangs: "" or {"seconds":N}, 1 to 3600; kRefuse as above, and over 1 kB.
Result<Seconds> read_probe_request(std::string_view body);
std::string probe_json(const Probe& probe);
std::string visits_json(const std::vector<Visit>& visits);

struct RevokeRequest {
    int reason = 0;       // RFC 5280 section 5.3.1
    bool remove = false;  // its files too
};

// "", {} or {"reason":WORD,"delete":true|false}; kRefuse as above.
Result<RevokeRequest> read_revoke_request(std::string_view body);

// "", {} or {"file":PATH,"device":N,"inode":N}; kRefuse as above.
Result<ConfigName> read_reload_request(std::string_view body);

}  // namespace postern::admin
