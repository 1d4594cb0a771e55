// TCP connections by a deadline: the name is looked up, its addresses are tried one after the other, both IP versions, and
// all of it can be called off from another thread. For the transport; knows neither TLS nor HTTP.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/base/unique_fd.h"

struct sockaddr;

namespace postern::acme {

// Calls blocking waits off, for good.
class Cancel {
public:
    Cancel();
    void now();  // from any thread
    bool called() const { return called_.load(); }
    int fd() const { return event_.get(); }  // readable once called

private:
    UniqueFd event_;
    std::atomic<bool> called_{false};
};

struct Deadline {
    SteadyTime at;
    const Clock& clock;
    const Cancel& cancel;

    Millis left() const;
};

// Waits for poll(2) events on `fd`; kRetry when the time is over or it was called off.
Result<void> wait_for(int fd, short events, const Deadline& deadline);

struct SocketAddress {
    alignas(8) unsigned char bytes[28] = {};  // sockaddr_in or sockaddr_in6
    std::uint32_t size = 0;
    int family = 0;
    std::string text;  // for messages
};

// As getaddrinfo(3) orders them, but with the families taking turns, 8 at most. "localhost" never leaves the box (RFC
// 6761 section 6.3). The look-up goes on in a thread of its own when the deadline has passed: the system's resolver
// cannot be called off.
Result<std::vector<SocketAddress>> look_up(const std::string& host, std::uint16_t port, const Deadline& deadline);

// A connected, non-blocking socket.
Result<UniqueFd> dial(const std::string& host, std::uint16_t port, const Deadline& deadline);

}  // namespace postern::acme
