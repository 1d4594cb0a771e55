// The admin page: www/admin/index.html with the status written into it by the server, so that it can be read without
// JavaScript, and the files that it loads (style, script, icon), which are embedded as they are.
#pragma once

#include "firmware/admin/control.h"
#include "server/http/handler.h"

namespace postern::admin {

class AdminPage final : public http::Handler {
public:
    // `control` is not owned and outlives this.
    explicit AdminPage(const Control& control) : control_(control) {}

    // GET and HEAD of "/", "/style.css", "/app.js", "/icon.svg"; problem documents (404, 405, 500) for all else.
    http::Response handle(const http::Request& request, const http::Context& context) override;

private:
    http::Response page(const http::Context& context) const;

    const Control& control_;
};

}  // namespace postern::admin
