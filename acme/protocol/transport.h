// One HTTPS exchange with a CA, as an interface: transport_httplib.cpp is the real one, tests script another.
// Blocking: only the ACME thread calls it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/base/clock.h"
#include "server/base/result.h"

namespace postern::acme {

struct HttpRequest {
    enum class Method : unsigned char { kGet, kHead, kPost };
    Method method = Method::kGet;
    std::string url;           // https://host[:port]/path, checked
    std::string content_type;  // of a POST
    std::string body;
};

struct HttpReply {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;          // at most the transport's body limit

    std::string_view field(std::string_view name) const;  // first of that name, case ignored, or empty
    std::vector<std::string_view> all(std::string_view name) const;
};

class Transport {
public:
    virtual ~Transport() = default;
    // A reply with any status is a success; errors are what kept one from arriving whole: DNS, TCP, TLS (chain or name not
    // verified), time, size, framing. kRetry unless the administrator must act (untrusted chain, bad URL: kAdmin).
    // Redirects are not followed here.
    virtual Result<HttpReply> exchange(const HttpRequest& request) = 0;
};

struct TransportOptions {
    std::string ca_file;             // extra trust anchors in PEM, alone trusted when set; empty: the system's bundle
    std::size_t body_limit = 1u << 20;
    Millis total_time = Millis(30000);   // connect, TLS, request and reply together
    std::string user_agent;          // RFC 8555 section 6.1
};

std::unique_ptr<Transport> make_httplib_transport(TransportOptions options);

}  // namespace postern::acme
