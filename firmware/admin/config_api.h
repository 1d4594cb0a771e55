// The configuration file over HTTP: read, checked, saved and taken back by who is logged in. Files are touched on the back
// office's thread; the answers come later.
#pragma once

#include <optional>

#include "firmware/admin/access_desk.h"
#include "firmware/admin/control.h"
#include "firmware/config/editor.h"
#include "server/http/handler.h"

namespace postern::admin {

class ConfigApi {
public:
    // All outlive this and what it has put into the office; this need not: a client that goes away takes its handler along.
    ConfigApi(const config::Editor& editor, Control& control, AccessDesk& desk, BackOffice& office)
        : parts_{editor, control, desk}, office_(office) {}

    // GET   /api/v1/config           {"file","text","etag","why_kept","has_previous"} and ETag; 409 where it cannot be read
    // PUT   /api/v1/config           {"text"} with If-Match: 200 {"etag","result"}; the server has read it again then
    // POST  /api/v1/config/check     {"text"}: 200 {"faults":[{"line","section","key","text"}]}
    // POST  /api/v1/config/previous  with If-Match: as PUT, with the text before
    // GET   /api/v1/support-bundle   text to download, see support_bundle.h
    // 412 with "text" and "etag" when somebody else was faster, 422 with "faults", 428 without If-Match, 409 where the file is
    // not ours to write, 403 where it changes a guarded key and the password was not typed in the last minutes. With another
    // password_hash all sessions end; the answer has a new one. Nothing: another path.
    std::optional<http::Response> handle(const http::Request& request, const http::Context& context, const access::Session& session);

private:
    http::Response change(const http::Request& request, const http::Context& context, const access::Session& session, bool back);

    struct Parts {
        const config::Editor& editor;
        Control& control;
        AccessDesk& desk;
    };
    static http::Response save(const Parts& parts, const std::string& etag, const std::string& text, bool back, const access::Session& who);

    Parts parts_;
    BackOffice& office_;
};

}  // namespace postern::admin
