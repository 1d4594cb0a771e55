// A connection as a client, in clear text until TLS is started on it, which verifies the server. For threads that may block
// (mail); by deadlines, and so that it can be called off. Knows nothing of what is said.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/unique_fd.h"
#include "server/base/waiting.h"

namespace postern::tls {

class ClientLine {
public:
    explicit ClientLine(UniqueFd socket);  // connected, non-blocking
    ~ClientLine();
    ClientLine(const ClientLine&) = delete;
    ClientLine& operator=(const ClientLine&) = delete;

    // TLS 1.2 or 1.3, the chain verified against `anchors` (PEM, one certificate each; what cannot be read is none) and
    // the leaf against `host` (RFC 6125; RFC 8314 section 3). kAdmin when it is refused, kRetry for all else.
    Result<void> start_tls(const std::string& host, const std::vector<std::string>& anchors, const Deadline& deadline);

    Result<std::string> read(const Deadline& deadline);  // some bytes, at most 4096; empty: the peer closed
    Result<void> write(std::string_view bytes, const Deadline& deadline);

private:
    struct Session;
    UniqueFd socket_;
    std::unique_ptr<Session> session_;  // null: clear text
};

}  // namespace postern::tls
