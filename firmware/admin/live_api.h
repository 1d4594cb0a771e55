// What goes on, for who is logged in: events as they happen, the log, who changed what, and a look for what stands in the way.
#pragma once

#include <optional>

#include "firmware/admin/access_desk.h"
#include "firmware/admin/control.h"
#include "firmware/admin/event_hub.h"
#include "server/http/handler.h"

namespace postern::admin {

// The data of a `progress` event: {"job","at","certificate","text","done","ok","changed"}.
std::string progress_json(const acme::JobView& job);
// The data of a `log` event: {"line"}.
std::string line_json(std::string_view line);

class LiveApi {
public:
    // All outlive this and the streams that it opens.
    LiveApi(EventHub& hub, Control& control, AccessDesk& desk) : hub_(hub), control_(control), desk_(desk) {}

    // GET   /api/v1/events    text/event-stream, from the Last-Event-ID on: progress, log, status, lost. It ends with the session.
    //                         503 when too many listen already
    // GET   /api/v1/log       {"lines"}, the newest last
    // GET   /api/v1/requests  {"where","lines"}, likewise: the access log, where that is kept in memory
    // GET   /api/v1/audit     {"entries"}, the newest first
    // GET   /api/v1/findings  the last preflight
    // POST  /api/v1/preflight 202, 409 while one runs; of {"names":[...]}, if given, as if a certificate for them was wanted; 422
    // GET   /api/v1/certificates/NAME/chain.pem
    // Nothing: another path.
    std::optional<http::Response> handle(const http::Request& request, const http::Context& context);

private:
    using Reader = http::Response (LiveApi::*)(const http::Request& request, const http::Context& context);

    static Reader reader_of(std::string_view path);  // of what is only read; nullptr: another path
    http::Response events(const http::Request& request, const http::Context& context);
    http::Response log(const http::Request& request, const http::Context& context);
    http::Response requests(const http::Request& request, const http::Context& context);
    http::Response audit(const http::Request& request, const http::Context& context);
    http::Response findings(const http::Request& request, const http::Context& context);
    http::Response chain(const http::Request& request, const http::Context& context);

    EventHub& hub_;
    Control& control_;
    AccessDesk& desk_;
};

}  // namespace postern::admin
