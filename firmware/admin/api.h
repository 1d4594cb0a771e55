// The admin API (JSON, /api/v1/...): one function a resource, errors are problem documents (RFC 9457).
// The page, the subcommands and other programs use the same one. Does no I/O of its own: everything goes through Control.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware/access/sessions.h"
#include "firmware/admin/control.h"
#include "server/http/handler.h"

namespace postern::admin {

// Who asks. The gate has let him in.
struct Caller {
    const access::Session* session = nullptr;  // null: whoever may open state/control.sock, who may do everything
};

class Api {
public:
    // `control` is not owned and outlives this.
    explicit Api(Control& control) : control_(control) {}

    // GET and HEAD  /api/v1/status, /api/v1/history (?span=day), /api/v1/jobs/ID, /api/v1/probes/TOKEN (its visits)
    // POST          /api/v1/renew, /api/v1/certificates/NAME/renew (202 and a job's id; {"force":true} is optional),
    //               .../dry-run, .../revoke, .../delete, /api/v1/dry-run (as /renew, {"names":[...]}: these, all without),
    //               /api/v1/reload,
    //               /api/v1/probes (201; {"seconds":N}, 60 without), /api/v1/probes/TOKEN/end
    // PUT           /api/v1/certificates/NAME/upload: {"chain":PEM,"key":PEM}; 202 and a job that says whether it was taken
    // POST          /api/v1/stop: for the control socket alone
    // 400 bad JSON, 403 where the password is wanted once more or not from here, 404 unknown, 405 with Allow, 409 what only
    // the owner can mend, 503 try again.
    http::Response handle(const http::Request& request, const http::Context& context, const Caller& caller);

    // "POST /api/v1/probes/{}/end": all that handle() answers; {} stands for a name or an id.
    static std::vector<std::string> resources();

    // Whether that path belongs to the API at all.
    static bool owns(std::string_view path);

private:
    Control& control_;
};

}  // namespace postern::admin
