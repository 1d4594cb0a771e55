// What a request and a response are, apart from how they travel (RFC 9110). Used by every handler and by the sessions.
// No clock, no descriptor, no log in this box.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/body_sink.h"
#include "server/http/later.h"
#include "server/http/live.h"

namespace postern::http {

class AnswerCounts;

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kDelete, kOptions, kPatch, kConnect, kTrace, kOther };

struct FieldView {
    std::string_view name;   // as sent; compare without case
    std::string_view value;  // trimmed, no CR LF NUL
};

// A complete request head and, once the session has it, the body. Every view points into buffers of the session and is
// valid only during Handler::handle().
struct Request {
    Method method = Method::kGet;
    std::string_view method_text;
    std::string_view target;     // as sent: "/a%20b?x=1"
    std::string_view path;       // decoded, "." and ".." resolved, begins with '/', no NUL; "*" for OPTIONS *
    bool encoded_slash = false;  // held "%2F" or "%5C": left in `path` as sent, for they are no separators; a folder answers 404
    bool above_root = false;     // ".." climbed over "/": `path` stays inside, but content answers 404 as for any hidden path
    std::string_view raw_path;   // as sent, without the query and without scheme and host; "/" at least
    std::string_view query;      // without '?', as sent; empty when there is none
    bool has_query = false;
    bool wants_tls = false;      // its target is an https URI in absolute form
    std::string_view host;       // of the Host field or absolute-form, lower case, without port, IPv6 without brackets
    std::uint16_t host_port = 0; // 0: none was given
    std::uint8_t major = 1, minor = 1;  // HTTP/MAJOR.MINOR
    std::span<const FieldView> fields;
    std::string_view body;       // complete; empty when there is none
    bool again = false;          // its handler is asked once more (Response::again)
    bool body_follows = false;   // it comes through Response::sink; only where Handler::takes_body() said so
    std::uint64_t body_length = 0;  // of a body that follows; 0: its end will tell

    // The first field of that name, or empty. Names are compared without case.
    std::string_view field(std::string_view name) const;
};

// A body that is read as the peer takes it. Reading must not block for long (page cache) and may not throw.
class BodySource {
public:
    virtual ~BodySource() = default;
    virtual std::uint64_t length() const = 0;
    // Up to `room` next bytes; 0 before length() was delivered means that it failed: the session then ends the
    // connection without completing the message, so that the peer sees it is short.
    virtual std::size_t read(char* into, std::size_t room) = 0;
};

// A whole response as bytes, head and body, ready to be copied out: the warm path. Never changed once it is made.
// The session puts Date, and Connection where it must be said, between the last field and the blank line.
struct Prebuilt {
    std::string bytes;             // "HTTP/1.1 200 OK\r\n...\r\n\r\n" + body; without Date and Connection
    std::size_t head_size = 0;     // up to and including the blank line
    std::size_t body_size = 0;
};

struct Response {
    std::uint16_t status = 200;
    // Name, value. The session adds Date, Content-Length, Connection; a handler never sets those three.
    std::vector<std::pair<std::string_view, std::string>> fields;
    // Whole lines "Name: value\r\n" besides; they must stay until the handler is asked again (of a promise they are copied).
    std::string_view lines;
    std::string own_lines;                     // likewise, its own

    // Exactly one of these is the body; the first that is set counts. HEAD, 204 and 304 send none of it.
    std::shared_ptr<const Prebuilt> prebuilt;  // status repeats that of its bytes; fields come after those it has
    std::unique_ptr<BodySource> source;
    std::unique_ptr<LiveSource> live;          // with prebuilt and source unset; no Content-Length unless announced
    std::string_view static_body;              // lives as long as the program
    std::string body;

    // Set: this is no answer yet. Of all else in here `fields` and `lines` are added to those of the answer, `counts` and `user` are
    // its unless it has others, `sink` counts, and:
    std::unique_ptr<Later> later;
    bool again = false;  // what `later` gives is no answer either: the handler is then asked once more, for the same request
    // Takes the body that follows; of a 101, whose `live` and `sink` are the two ways of the tunnel, what the client says.
    std::unique_ptr<BodySink> sink;

    bool close = false;                        // end the connection after this
    // For a 304 or HEAD answer to what is not sent, and for a live body: the length to announce.
    std::uint64_t announced_length = 0;
    bool announce = false;

    std::string_view user;                     // who asked, by his password; lives as long as the handler. For the access log
    std::string request_id;                    // likewise; empty: it has none
    AnswerCounts* counts = nullptr;            // whose answer this is, for the session to count; null: the listener's
};

std::string_view reason_of(std::uint16_t status);  // "Not Found"

}  // namespace postern::http
