// Passes requests on to other servers: one `proxy` line of a site, on one loop. Who chooses by prefix stands before it
// (site::Aliases).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/http/handler.h"
#include "server/proxy/pool.h"
#include "server/proxy/route.h"

namespace postern::proxy {

struct ProxyOptions {
    Route route;
    std::uint64_t max_body = 0;  // bytes; 0: no limit, for none is held
    Millis timeout{60'000};      // for an upstream to say or take something
    std::string site;            // for the log
    Log* log = nullptr;          // outlives the handler; null: nobody is told
};

class Proxy final : public http::Handler {
public:
    explicit Proxy(const ProxyOptions& options);
    http::Response handle(const http::Request& request, const http::Context& context) override;
    bool takes_body(const http::Request&) const override { return true; }

private:
    std::string prefix_;
    std::uint64_t max_body_;
    std::shared_ptr<Pool> pool_;
};

}  // namespace postern::proxy
