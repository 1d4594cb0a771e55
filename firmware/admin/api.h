// The admin API (JSON, /api/v1/...): one function a resource, errors are problem documents (RFC 9457).
// The page, the subcommands and other programs use the same one. Does no I/O of its own: everything goes through Control.
#pragma once

#include "firmware/admin/control.h"
#include "server/http/handler.h"

namespace postern::admin {

// Who may be at the other end of the connection.
enum class Access : unsigned char {
    kReadOnly,       // anybody who reaches the admin listener: changes are answered 403
    kControlSocket,  // whoever may open state/control.sock
};

class Api final : public http::Handler {
public:
    // `control` is not owned and outlives this.
    Api(Control& control, Access access) : control_(control), access_(access) {}

    // GET and HEAD  /api/v1/status, /api/v1/jobs/ID, /api/v1/probes/TOKEN (its visits)
    // POST          /api/v1/renew, /api/v1/certificates/NAME/renew (202 and a job's id; {"force":true} is optional),
    //               /api/v1/reload, /api/v1/stop, /api/v1/probes (201; {"seconds":N}, 60 without), /api/v1/probes/TOKEN/end
    // 400 bad JSON, 403 not from here, 404 unknown, 405 with Allow, 409 what only the owner can mend, 503 try again.
    http::Response handle(const http::Request& request, const http::Context& context) override;

    // Whether that path belongs to the API at all.
    static bool owns(std::string_view path);

private:
    Control& control_;
    Access access_;
};

}  // namespace postern::admin
