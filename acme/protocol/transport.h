// One HTTPS exchange with a CA, as an interface: transport_httplib.cpp is the real one, tests script another.
// Blocking: only the ACME thread calls it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "acme/protocol/limits.h"
#include "server/base/clock.h"
#include "server/base/result.h"

namespace postern::acme {

struct HttpRequest {
    enum class Method : unsigned char { kGet, kHead, kPost };
    Method method = Method::kGet;
    std::string url;           // https://host[:port]/path, checked
    std::string content_type;  // of a POST
    std::string body;
    std::string_view kind{};   // "newOrder": for who counts; never goes away
};

struct HttpReply {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;          // at most the transport's body limit

    std::string_view field(std::string_view name) const;  // first of that name, case ignored, or empty
    std::vector<std::string_view> all(std::string_view name) const;
    bool has_type(std::string_view media_type) const;  // Content-Type without its parameters; a missing one is overlooked
};

// Why an exchange failed, for those who must choose what to do next.
struct ExchangeFault {
    std::string_view type = "transport";  // or "trust" (chain or name), "ca_file", "clock" (the CA's certificate begins later), "url"
    bool reached = true;                  // false: not even a TCP connection came about, so it says nothing of the CA
};

class Transport {
public:
    virtual ~Transport() = default;
    // A reply with any status is a success; errors are what kept one from arriving whole: DNS, TCP, TLS (chain or name not
    // verified), time, size, framing. kRetry unless the administrator must act (untrusted chain, bad URL: kAdmin).
    // Redirects are not followed here.
    virtual Result<HttpReply> exchange(const HttpRequest& request) = 0;
    virtual ExchangeFault fault() const { return {}; }  // of the last exchange, when it failed
    // By which the dates of the CA's chain are judged from the next connection on (borrowed); null: by none, and then a reply
    // is good for nothing but vouched_date(). At first it is the machine's clock.
    virtual void judge_dates_by(const Clock* clock) { static_cast<void>(clock); }
    // The Date of the last reply (RFC 9110 section 6.6.1), when the CA's chain is valid at that moment.
    virtual std::optional<WallTime> vouched_date() const { return std::nullopt; }
    // From any thread: ends the exchange under way soon and fails all later ones.
    virtual void cancel() {}
};

struct TransportOptions {
    std::string ca_file;             // extra trust anchors in PEM, alone trusted when set; empty: the system's bundle
    std::size_t body_limit = limits::kAcmeBody;
    Millis total_time = limits::kExchangeTime;  // connect, TLS, request and reply together
    std::string user_agent;          // RFC 8555 section 6.1; that of the library is put behind it
};

std::unique_ptr<Transport> make_httplib_transport(TransportOptions options);

}  // namespace postern::acme
