// The ciphertext side of a TLS stream: reads ahead into, and collects in, buffers that the loop owns; what cannot go at once
// is kept here. Gives mbedTLS the two functions it calls. Knows records by their first byte only. For tls_stream.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "server/net/stream.h"

struct mbedtls_ssl_context;

namespace postern::tls {

struct TlsScratch;

class RecordIo {
public:
    RecordIo(std::unique_ptr<net::Stream> below, TlsScratch& scratch) : below_(std::move(below)), scratch_(scratch) {}

    void attach(mbedtls_ssl_context& ssl);  // from now on `ssl` reads and writes here; this must outlive it

    // Every call of the stream begins and ends with these: between calls nothing of ours may be in the loop's buffers.
    void begin_turn();
    net::IoResult end_turn();  // keeps unread input, sends what was collected; see flush()

    bool read_ahead();           // one recv; false when nothing came
    bool has_input() const;      // that mbedTLS would get without a recv
    bool may_have_more() const;  // or with one that no event will announce
    bool ended() const { return below_ended_; }    // the peer closed below TLS
    bool failed() const { return below_failed_; }
    bool alert_sent() const { return alert_sent_; }  // in this turn, as the last thing

    std::size_t collected() const { return out_size_; }
    bool has_unsent() const { return !kept_out_.empty(); }
    net::IoResult flush();

    net::Stream& below() { return *below_; }
    const net::Stream& below() const { return *below_; }

private:
    int receive(unsigned char* into, std::size_t room);
    int send(const unsigned char* bytes, std::size_t size);
    static int receive_callback(void* io, unsigned char* into, std::size_t room);
    static int send_callback(void* io, const unsigned char* bytes, std::size_t size);

    std::unique_ptr<net::Stream> below_;
    TlsScratch& scratch_;

    // Ciphertext read but not yet taken by mbedTLS: a window of scratch_.in during a turn, kept_in_ between turns.
    std::string_view window_;
    std::string kept_in_;
    std::size_t kept_in_used_ = 0;
    bool below_drained_ = false;
    std::size_t turn_bytes_ = 0;  // read in this turn
    bool below_ended_ = false;
    bool below_failed_ = false;

    // Ciphertext made but not yet sent: in scratch_.out during a turn, kept_out_ between turns.
    std::size_t out_size_ = 0;
    std::string kept_out_;
    std::size_t kept_out_used_ = 0;
    bool alert_sent_ = false;
};

}  // namespace postern::tls
