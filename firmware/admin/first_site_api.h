// The first start of a device whose configuration asks no CA for a certificate yet: what is there, whether names will do, and
// the few lines of the file that ask for one. Files are touched on the back office's thread; the answers come later.
#pragma once

#include <optional>

#include "firmware/admin/access_desk.h"
#include "firmware/admin/control.h"
#include "firmware/config/editor.h"
#include "firmware/config/first_site.h"
#include "server/http/handler.h"

namespace postern::admin {

class FirstSiteApi {
public:
    // As for ConfigApi.
    FirstSiteApi(const config::Editor& editor, Control& control, AccessDesk& desk, BackOffice& office)
        : parts_{editor, control, desk}, office_(office) {}

    // GET   /api/v1/first-site        what the file says of it, and the ETag of the file
    // POST  /api/v1/first-site        {"names","agree_tos","email","ca"} with If-Match: 200 with what was changed and the job that
    //                                 gets the certificate. 409 with "paste" where the file is not ours to write, and once
    //                                 a CA has signed something; 403, 412, 422 and 428 as for PUT /api/v1/config
    // POST  /api/v1/first-site/check  {"names"}: 200 {"names","faults"}
    // Nothing: another path.
    std::optional<http::Response> handle(const http::Request& request, const http::Context& context, const access::Session& session);

private:
    struct Parts {
        const config::Editor& editor;
        Control& control;
        AccessDesk& desk;
    };
    static http::Response show(const Parts& parts);
    static http::Response write(const Parts& parts, const config::FirstWish& wish, const std::string& etag, const access::Session& who);
    http::Response take(const http::Request& request, const http::Context& context, const access::Session& session);

    Parts parts_;
    BackOffice& office_;
};

}  // namespace postern::admin
