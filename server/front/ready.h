// What the poller said of a connection's descriptor, for a connection that knows no poller.
#pragma once

namespace postern::front {

struct Ready {
    bool readable = false;
    bool ended = false;  // the peer closed its side: the end is to be read, also after a short read
    bool broken = false;  // there is no peer any more
};

}  // namespace postern::front
