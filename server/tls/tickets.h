// Session tickets (RFC 5077, RFC 8446 section 4.6.1), each bound to the server name under which it was given out: a session
// of one site must not be resumed at another (RFC 6066 section 3). For tls_context and tls_stream.
#pragma once

#include <memory>

#include "server/base/result.h"

struct mbedtls_ssl_config;
struct mbedtls_ssl_context;

namespace postern::tls {

// Keys in RAM only, rotated by mbedTLS within their lifetime. Process-wide per kind of listener, so that resumption survives
// certificate swaps and reloads.
class TicketKeys {
public:
    static Result<std::shared_ptr<TicketKeys>> make();
    ~TicketKeys();
    TicketKeys(const TicketKeys&) = delete;
    TicketKeys& operator=(const TicketKeys&) = delete;

    void attach(mbedtls_ssl_config& config);  // must outlive it

private:
    struct Impl;
    explicit TicketKeys(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// mbedTLS does not say for which connection it wants a ticket written or read: while one of these lives, for this one.
class TicketTurn {
public:
    explicit TicketTurn(mbedtls_ssl_context& ssl);
    ~TicketTurn();
    TicketTurn(const TicketTurn&) = delete;
    TicketTurn& operator=(const TicketTurn&) = delete;
};

}  // namespace postern::tls
