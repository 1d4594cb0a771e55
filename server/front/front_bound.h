// Inner parts of the front, for its own two source files only.
#pragma once

#include "server/front/front.h"

namespace postern::front {

// An endpoint with its sockets and handlers, one of each for every loop that serves it.
struct Front::Bound {
    Endpoint endpoint;
    std::vector<std::shared_ptr<net::Listener>> listeners;
    std::vector<std::shared_ptr<http::Handler>> handlers;
};

// `count` sockets at its address, which nobody else may have.
Result<std::vector<std::shared_ptr<net::Listener>>> open_listeners(const Endpoint& endpoint, std::size_t count);

}  // namespace postern::front
