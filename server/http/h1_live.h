// A live body as HTTP/1.1 bytes: in chunks (RFC 9112 section 7.1); or as it is, of a length that was announced, in a tunnel, or up
// to the end of the connection for HTTP/1.0.
// For h1_session.cpp alone.
#pragma once

#include <memory>

#include "server/http/live.h"
#include "server/http/session.h"

namespace postern::http {

class LiveBody {
public:
    LiveBody(std::unique_ptr<LiveSource> source, bool chunked) : source_(std::move(source)), chunked_(chunked) {}

    enum class State : unsigned char { kMore, kEnded, kCut };  // kEnded: said so; kCut: it ended short, the connection is to end

    // Appends what is there and fits.
    State write(Output& out);
    // Appends the end where there is room for it, whatever the source still had to say; false: there was none.
    bool end(Output& out) const;
    bool keeps_time() const { return source_->keeps_time(); }

private:
    std::unique_ptr<LiveSource> source_;
    bool chunked_;
};

}  // namespace postern::http
