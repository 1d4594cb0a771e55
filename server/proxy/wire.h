// One connection to an upstream, as the loop's poller knows it. Used by pool and exchange; knows nothing of HTTP.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "server/base/unique_fd.h"
#include "server/net/deadlines.h"
#include "server/net/reactor.h"
#include "server/net/socket_stream.h"

namespace postern::proxy {

class WireUser {
public:
    virtual ~WireUser() = default;
    virtual void moved() = 0;      // it can be read or written again; it may be closed within
    virtual void timed_out() = 0;  // the list that it was entered in says so; likewise
};

class Wire final : public net::Watched, public net::DeadlineNode {
public:
    // `fd` is being connected to the upstream of that index.
    Wire(UniqueFd fd, std::size_t index) : upstream(index), stream_(std::move(fd)) {}

    void ready(bool readable, bool writable) override;

    // 0: connected. EINPROGRESS: not yet. Else why not.
    int connect_error();
    net::IoResult read(char* into, std::size_t room);
    net::IoResult write(std::string_view bytes);
    int fd() const { return stream_.fd(); }

    const std::size_t upstream;
    WireUser* user = nullptr;  // null: nobody at the moment
    std::string client;        // for whom it is in use, as Pool::open() was told
    bool kept = false;         // has carried a request before
    bool may_read = false;     // there may be something: it was told, and no read has denied it since

private:
    net::SocketStream stream_;
    bool connected_ = false, writable_ = false, broke_ = false;
};

}  // namespace postern::proxy
