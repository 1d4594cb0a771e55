// The two 16 kB record buffers of an idle TLS connection, given back and made again, and with them what is left of its
// handshake. Reaches into mbedTLS's own structure,
// which has no interface for this, and so is tied to the 3.6 series; for tls_stream only.
#pragma once

struct mbedtls_ssl_context;

namespace postern::tls {

// Frees both buffers where nothing is in them: no part of a record, no unsent output, no handshake under way. False, and
// nothing changed, where something is. Between release and restore no mbedTLS call may be made on `ssl` but free.
class RecordBuffers {
public:
    bool release(mbedtls_ssl_context& ssl);
    bool restore(mbedtls_ssl_context& ssl);  // false: no memory
    bool released() const { return released_; }

private:
    bool released_ = false;
    unsigned char in_counter_[8]{};  // the number of the next record from the peer, which mbedTLS keeps in the buffer
};

}  // namespace postern::tls
