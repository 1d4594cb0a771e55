// A Stream carries bytes both ways without ever blocking: a socket, TLS over a socket, a pipe in tests.
// It tells what it waits for; whoever drives it registers that with the poller. Knows nothing of HTTP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace postern::net {

enum class IoStatus : unsigned char {
    kOk,       // `bytes` moved (at least 1)
    kWait,     // nothing moved; try again when wants() says so
    kEnd,      // the peer closed its side in good order
    kFailed,   // the connection is of no further use
};

struct IoResult {
    IoStatus status;
    std::size_t bytes = 0;
};

class Stream {
public:
    virtual ~Stream() = default;

    virtual IoResult read(char* into, std::size_t room) = 0;
    // Takes as much as it can; bytes taken are the stream's to deliver (a TLS stream may hold ciphertext of its own:
    // see flush()).
    virtual IoResult write(std::string_view bytes) = 0;
    // The same of two pieces, none empty, as if they were one: in one system call where that can be had.
    virtual IoResult write_both(std::string_view first, std::string_view) { return write(first); }
    // Pushes out what write() took but could not send. kOk when nothing is left, kWait when some is; `bytes` says how much
    // went, which with kWait too may be more than 0: the peer is slow, not stalled.
    virtual IoResult flush() = 0;
    // True when read() can yield bytes that no readiness event will announce (decrypted or read ahead).
    virtual bool has_buffered() const = 0;
    // Says good-bye (close_notify, FIN); the descriptor closes on destruction. Never blocks.
    virtual void finish() = 0;

    // False while a handshake still runs below; read() and write() then drive it and answer kWait.
    virtual bool established() const { return true; }
    virtual int fd() const = 0;
    // Bytes that the peer has acknowledged so far, TLS and all; may cost a system call. To be compared with itself later.
    virtual std::uint64_t delivered() const = 0;
};

}  // namespace postern::net
