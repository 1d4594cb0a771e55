// What a loop is told to listen on: made by the front, one for each endpoint and loop.
#pragma once

#include <memory>

#include "server/front/endpoint.h"
#include "server/net/listener.h"

namespace postern::front {

// An endpoint as one loop serves it.
struct Post {
    std::shared_ptr<net::Listener> listener;
    std::shared_ptr<const tls::TlsContext> tls;
    std::shared_ptr<http::Handler> handler;
    std::size_t max_body = 0;
    http::AnswerCounts* counts = nullptr;  // null: none
    bool tells_local = false;
    http::Refusal refusal = http::refuse_by_page;
    std::shared_ptr<const TrustedProxies> trusted;
};

}  // namespace postern::front
