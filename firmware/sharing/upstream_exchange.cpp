#include "firmware/sharing/upstream_exchange.h"

#include <algorithm>

#include "acme/protocol/dial.h"
#include "server/base/base64url.h"
#include "server/base/text.h"
#include "server/tls/client_line.h"

namespace postern {

namespace {

constexpr std::size_t kThumbprint = 43;      // SHA-256 in base64url
constexpr std::size_t kLongestLoop = 512;    // bytes of CDN-Loop: more is no honest chain
constexpr std::size_t kShownBytes = 60;      // of a reply that is none

std::string bracketed(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

std::string request_text(const config::Upstream& upstream, const TokenQuestion& question) {
    return "GET " + upstream.base + "/.well-known/acme-challenge/" + question.token + " HTTP/1.0\r\nHost: " +
           bracketed(question.host.empty() ? upstream.host : question.host) + "\r\nUser-Agent: postern/" POSTERN_VERSION "\r\nCDN-Loop: " + question.loop +
           "\r\nConnection: close\r\n\r\n";
}

// The value of Content-Length, when the head is whole: many do not close after it, whatever they are asked.
bool is_whole(std::string_view reply) {
    const auto end = reply.find("\r\n\r\n");
    if (end == reply.npos) return false;
    for (const std::string_view line : split(reply.substr(0, end), '\n')) {
        const auto colon = line.find(':');
        if (colon == line.npos || !equal_no_case(line.substr(0, colon), "Content-Length")) continue;
        const auto length = parse_decimal(trim(line.substr(colon + 1)));
        return length && reply.size() - end - 4 >= *length;
    }
    return false;
}

}  // namespace

std::optional<std::string> next_loop(const std::vector<std::string_view>& came, std::string_view own, std::size_t most) {
    std::string all;
    std::size_t hops = 0;
    for (const std::string_view field : came) {
        for (const std::string_view item : split(field, ',')) {
            const std::string_view id = trim(item.substr(0, item.find(';')));
            if (id == own || ++hops >= most) return std::nullopt;
        }
        all.append(field).append(", ");
    }
    if (all.size() > kLongestLoop) return std::nullopt;
    return all.append(own);
}

Result<std::optional<std::string>> judge_upstream(std::string_view reply, std::string_view token) {
    const auto status = has_prefix(reply, "HTTP/1.") && reply.size() > 12 && reply[8] == ' ' ? parse_decimal(reply.substr(9, 3)) : std::nullopt;
    const auto end = reply.find("\r\n\r\n");
    if (!status || end == reply.npos) return Error::retry("the answer is no HTTP: " + printable(reply, kShownBytes));
    if (*status == 404 || *status == 410) return std::optional<std::string>();
    if (*status != 200) return Error::retry("it answered " + std::to_string(*status));
    std::string_view body = reply.substr(end + 4);
    body = body.substr(0, body.find_last_not_of(" \t\r\n") + 1);  // what RFC 8555 section 8.3 lets a CA overlook
    const bool fits = has_prefix(body, token) && body.size() == token.size() + 1 + kThumbprint && body[token.size()] == '.' &&
                      is_base64url(body.substr(token.size() + 1));
    if (!fits) return Error::retry("its answer is no key authorization for the token: " + printable(body, kShownBytes));
    return std::optional<std::string>(std::string(body));
}

Result<std::optional<std::string>> ask_upstream(const config::Upstream& upstream, const TokenQuestion& question,
                                                std::size_t most_bytes, const Deadline& deadline) {
    TRY(UniqueFd socket, acme::dial(upstream.host, upstream.port, deadline));
    tls::ClientLine line(std::move(socket));
    TRY_VOID(line.write(request_text(upstream, question), deadline));
    std::string reply;
    while (!is_whole(reply)) {
        TRY(const std::string bytes, line.read(deadline));
        if (bytes.empty()) break;
        reply += bytes;
        if (reply.size() > most_bytes) return Error::retry("its answer is longer than " + std::to_string(most_bytes) + " bytes");
    }
    return judge_upstream(reply, question.token);
}

}  // namespace postern
