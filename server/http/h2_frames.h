// HTTP/2's frames, header compression and flow control (RFC 9113, RFC 7541), by nghttp2: the one place that knows it. Bytes
// in, events out; answers in, bytes out. Knows neither requests nor handlers: h2_session makes them of this.
// What it allocates is counted, and bounded (limits::kH2Memory).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "server/base/block_pool.h"
#include "server/http/message.h"
#include "server/http/session.h"

namespace postern::http {

struct H2Stream;  // one request and its answer, the session's own; here only a handle

// Error codes that we send ourselves (RFC 9113 section 7).
enum class H2Error : std::uint32_t { kNone = 0, kInternal = 2, kRefused = 7, kCancel = 8, kCalm = 11 };

// What of a body can be sent now.
struct H2Piece {
    enum class State : std::uint8_t { kMore, kLast, kNothingYet, kFailed };
    State state = State::kMore;
    std::size_t size = 0;  // bytes that were put where they belong; 0 unless kMore or kLast
};

// Told within take() and write(). A malformed request (RFC 9113 section 8.1.1) is reset without being told complete.
class H2Events {
public:
    virtual ~H2Events() = default;
    virtual H2Stream* begun(std::uint32_t id) = 0;  // null: refused, as if it had never been sent
    // Of the head, in order; names in lower case, pseudo-header fields among them. Trailers are not told.
    virtual void field(H2Stream& stream, std::string_view name, std::string_view value) = 0;
    virtual void head_complete(H2Stream& stream, bool body_follows) = 0;
    virtual void data(H2Stream& stream, std::string_view bytes) = 0;
    virtual void complete(H2Stream& stream) = 0;  // after its body
    virtual void closed(H2Stream& stream) = 0;    // both ways, or reset: nothing refers to it any more
    virtual void chatter() = 0;                   // a frame that carries neither a request nor a part of one
    // The next bytes of an answer's body, up to `room`, which is 1 or more.
    virtual H2Piece body(H2Stream& stream, char* into, std::size_t room) = 0;
};

class H2Frames {
public:
    // Null: no memory. The server's SETTINGS are the first that write() gives.
    static std::unique_ptr<H2Frames> make(H2Events& events, BlockPool& pool);
    ~H2Frames();

    // All of `bytes`. False, here and below: the connection is beyond saving (no memory, or no HTTP/2 at all). What the peer did
    // wrong is no such thing: a GOAWAY that says so awaits write(), and nothing more is expected.
    bool take(std::string_view bytes);
    // As much as there is and fits.
    bool write(Output& out);

    bool expects_more() const;  // frames of the peer still mean something
    bool has_output() const;    // write() would write something, given room
    bool in_head() const;       // the preface, or a field section, has not wholly come

    // One final response, `fields` without ":status". With a body the stream is handed to H2Events::body() until that has said
    // its end.
    bool answer(std::uint32_t id, std::uint16_t status, std::span<const FieldView> fields, bool with_body);
    bool go_on(std::uint32_t id);               // 100 Continue
    bool consumed(std::uint32_t id, std::size_t bytes);  // of data(): the peer may send so many more
    bool resume(std::uint32_t id);              // there is more of a body that had nothing yet
    bool reset(std::uint32_t id, H2Error why);
    // No further streams. With kNone those that began are finished, else the connection ends.
    bool go_away(H2Error why);

    std::size_t memory() const;  // bytes that nghttp2 holds

private:
    struct Impl;
    explicit H2Frames(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace postern::http
