// The API's JSON read back into values, for the subcommands that ask the running server: the counterpart of status_json.h
// and api_json.h. Members that are missing or null stay empty, so that an older server can be asked too.
#pragma once

#include <string>
#include <string_view>

#include "acme/status.h"
#include "acme/worker.h"
#include "firmware/admin/api_json.h"
#include "firmware/admin/control.h"
#include "server/base/result.h"

namespace postern::admin {

// The certificates, notices and clock of GET /api/v1/status.
Result<acme::StatusSnapshot> read_status_json(std::string_view json);
Result<acme::JobView> read_job_json(std::string_view json);  // GET /api/v1/jobs/ID
Result<std::string> read_started_job(std::string_view json);  // the id of {"job":ID}
std::string read_result_json(std::string_view json);          // the text of {"result":TEXT}; empty when there is none
Result<Probe> read_probe_json(std::string_view json);                  // POST /api/v1/probes
Result<std::vector<Visit>> read_visits_json(std::string_view json);    // GET /api/v1/probes/TOKEN
std::string probe_request_json(Seconds life);
// `detail` of a problem document, else its title, else empty.
std::string read_problem_json(std::string_view json);

std::string new_password_json(std::string_view password);   // the body of POST /api/v1/password on the control socket
// The body of POST /api/v1/renew, and of /api/v1/dry-run, which knows no force.
std::string renew_request_json(const RenewRequest& request);
std::string revoke_request_json(const RevokeRequest& request);  // the body of POST /api/v1/certificates/NAME/revoke
std::string reload_request_json(const ConfigName& meant);  // the body of POST /api/v1/reload

}  // namespace postern::admin
