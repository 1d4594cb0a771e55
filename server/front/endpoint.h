// What is spoken on one address: the pieces that a listener hands to each connection it accepts. Made by firmware/compose.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/base/subnet.h"
#include "server/http/answer_counts.h"
#include "server/http/h1_session.h"
#include "server/http/handler.h"
#include "server/net/address.h"
#include "server/tls/tls_context.h"

namespace postern::front {

// Balancers and proxies in front of us, whose word on who asks counts.
struct TrustedProxies {
    std::vector<Subnet> networks;
    bool announce = false;  // each connection of theirs begins with a PROXY header, and is nothing without
};

struct Endpoint {
    std::string kind;  // "http", "https", "admin", "control": for status and log
    net::Address address;
    std::uint32_t unix_mode = 0600;                      // of a unix socket
    std::shared_ptr<const tls::TlsContext> tls;          // null: no TLS
    // Called once for each loop, on the caller's thread: a handler belongs to one loop. Endpoints may give the same
    // handler to the same loop, and so share its caches.
    std::function<Result<std::shared_ptr<http::Handler>>(std::size_t loop)> make_handler;
    std::size_t max_body = 0;                            // bytes of request body that the handler wants
    http::Refusal refusal = http::refuse_by_page;        // of what no handler gets to see
    std::string site = http::AnswerBook::kNobody;        // as whose the answers count that no handler claims; empty: no one's
    bool spread = true;                                  // on every loop; else on the first alone
    bool tells_local = false;                            // handlers see Context::local: costs a system call a connection
    std::shared_ptr<const TrustedProxies> trusted;       // null: nobody
};

// How much is let in.
struct Admission {
    std::size_t max_connections = 1024;  // in all
    std::size_t max_per_client = 256;    // from one IPv4 address or one IPv6 /64
    std::size_t max_held_open = 1024;    // files and upstreams of answers, in all, besides a few for each connection
};

}  // namespace postern::front
