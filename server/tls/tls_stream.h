// A Stream that speaks TLS (server side) over another Stream. Pins the TlsContext and the certificate it began with.
// Records are read ahead and collected in buffers that the loop owns: one recv and one send per request. The mbedTLS
// context, some 40 kB, is made when the first byte arrives: a silent client costs nothing. A client that came for
// tls-alpn-01 is shown its certificate, and then the stream is at its end.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "server/net/stream.h"
#include "server/tls/tls_context.h"

struct mbedtls_ssl_context;

namespace postern::tls {

// Working space that the streams of one loop share. Holds nothing between two calls.
struct TlsScratch {
    TlsScratch();
    ~TlsScratch();
    TlsScratch(const TlsScratch&) = delete;
    TlsScratch& operator=(const TlsScratch&) = delete;
    std::unique_ptr<char[]> in, out;  // kLoopInput, kLoopSealed bytes of ciphertext
};

class TlsStream final : public net::Stream {
public:
    TlsStream(std::unique_ptr<net::Stream> below, std::shared_ptr<const TlsContext> context, TlsScratch& scratch);
    ~TlsStream() override;

    net::IoResult read(char* into, std::size_t room) override;
    net::IoResult write(std::string_view bytes) override;
    net::IoResult flush() override;
    bool has_buffered() const override;
    void finish() override;
    bool established() const override;
    int fd() const override;
    std::uint64_t delivered() const override;

    // Nothing is expected for a while: gives mbedTLS's two record buffers back (32 kB) until the next byte either way.
    void rest();

    // Of a handshake that is over.
    bool is_tls13() const;
    std::string_view protocol() const;  // that ALPN has chosen; empty without
    bool resumed() const;  // by a ticket, so that no certificate was shown
    const std::string& server_name() const;  // SNI in lower case, empty without; known once established
    // Why the handshake failed, in words for a log; empty when it did not.
    std::string failure() const;

private:
    friend int choose_certificate(mbedtls_ssl_context* ssl);
    friend std::string name_of_ticket(mbedtls_ssl_context* ssl);
    friend void ticket_taken(mbedtls_ssl_context* ssl, const std::string& name);
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace postern::tls
