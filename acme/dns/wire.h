// One question to one DNS server, over UDP or TCP: bytes out, bytes in. An interface, so that the resolver's tests need no
// network; SocketWire is the real one.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "acme/dns/resolv_conf.h"
#include "server/base/waiting.h"

namespace postern::acme::dns {

class Wire {
public:
    virtual ~Wire() = default;
    // Whether a datagram is the answer that is waited for.
    using Fits = std::function<bool(std::string_view datagram)>;

    // The first datagram that `fits`; the others, which anybody can send, are dropped (RFC 5452 section 9.2). kRetry when
    // none came in time, when nobody listens there or the network does not lead there.
    virtual Result<std::string> ask_udp(const Server& server, std::string_view question, const Deadline& deadline,
                                        const Fits& fits) = 0;
    // RFC 7766: one question, one answer of at most limits::kDnsTcp bytes. kRetry as above, kRefuse when it is too large.
    virtual Result<std::string> ask_tcp(const Server& server, std::string_view question, const Deadline& deadline) = 0;
};

// A socket for each question, connected, so that the kernel drops what comes from elsewhere; its source port is the
// kernel's choice, random in the whole range of ephemeral ports.
class SocketWire final : public Wire {
public:
    Result<std::string> ask_udp(const Server& server, std::string_view question, const Deadline& deadline,
                                const Fits& fits) override;
    Result<std::string> ask_tcp(const Server& server, std::string_view question, const Deadline& deadline) override;
};

}  // namespace postern::acme::dns
