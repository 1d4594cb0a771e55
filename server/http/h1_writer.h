// Responses as HTTP/1.1 bytes (RFC 9112 section 4 on). Used by h1_session: what fits goes into its output at once,
// the rest is handed back to be written later.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "server/http/message.h"
#include "server/http/session.h"

namespace postern::http {

// What the request and the connection demand of a response.
struct WriteRules {
    bool head_only = false;       // the request was HEAD
    bool close = false;           // says Connection: close
    bool live = false;            // the body comes later, its length is not known;
    bool chunked = false;         // and it comes in chunks
    bool in_place = false;        // of a body in memory that does not fit nothing is copied: see rest_in_memory()
    bool tell_keep_alive = false; // an HTTP/1.0 peer that stays must be told
    std::string_view date;        // the whole line "Date: ...\r\n"
};

// What of a response is still to be written, with the owner of its bytes.
struct Unsent {
    std::string head;
    std::size_t head_at = 0;  // bytes of head that are written
    std::string_view rest;    // of the body: views `prebuilt`, `body` or the program's own data
    std::shared_ptr<const Prebuilt> prebuilt;
    std::string body;
    std::unique_ptr<BodySource> source;
    std::uint64_t source_left = 0;
};

enum class WriteState : unsigned char {
    kAll,   // nothing is left
    kMore,  // the output is full
    kCut,   // the source failed: the message stays short and the connection must end
};

// Writes as much of `response` as fits. `unsent` becomes null, or holds the rest: give that to write_more() when there is
// room again. Allocates nothing where the whole response fits and is no BodySource.
WriteState write_response(Response& response, const WriteRules& rules, Output& out, std::unique_ptr<Unsent>& unsent);
WriteState write_more(Unsent& unsent, Output& out);

// The rest where it is in memory and its turn has come; and so much of it was written elsewhere.
std::string_view rest_in_memory(const Unsent& unsent);
WriteState skip(Unsent& unsent, std::size_t bytes);

}  // namespace postern::http
