#include "firmware/checks/self_fetch.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "acme/preflight/limits.h"
#include "server/base/ip_text.h"
#include "server/base/text.h"
#include "server/net/address.h"
#include "server/tls/peek.h"

namespace postern::checks {

namespace {

using acme::preflight::Fetched;
using acme::preflight::Target;
using What = Fetched::What;

constexpr std::size_t kServerShown = 60;  // of a Server field

std::string bracketed(const std::string& host) { return host.find(':') == host.npos ? host : "[" + host + "]"; }

std::string request_for(const Target& target, const std::string& token) {
    const bool usual = target.port == (target.secure ? 443 : 80);
    return "GET /.well-known/acme-challenge/" + token + " HTTP/1.1\r\nHost: " + bracketed(target.name) +
           (usual ? "" : ":" + std::to_string(target.port)) + "\r\nUser-Agent: postern/" POSTERN_VERSION
           "\r\nAccept: */*\r\nConnection: close\r\n\r\n";
}

What what_of(int number) {
    switch (number) {
        case ECONNREFUSED: return What::kRefused;
        case ETIMEDOUT: return What::kSilent;
        case ENETUNREACH:
        case EHOSTUNREACH:
        case EADDRNOTAVAIL:
        case EAFNOSUPPORT:
        case EACCES:
        case EPERM: return What::kNoRoute;
        default: return What::kBroken;
    }
}

Fetched failed(const Error& error) {
    Fetched fetched;
    fetched.what = what_of(error.number());
    fetched.detail = error.text();
    return fetched;
}

Result<UniqueFd> connect_to(const net::Address& where, const Deadline& deadline) {
    UniqueFd fd(::socket(where.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return Error::system("a socket", errno);
    if (::connect(fd.get(), where.native(), where.native_size()) == 0) return fd;
    if (errno != EINPROGRESS) return Error::system("connecting", errno);
    if (!wait_for(fd.get(), POLLOUT, deadline).ok()) return Error::system("connecting", ETIMEDOUT);
    int failure = 0;
    socklen_t size = sizeof failure;
    if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &failure, &size) != 0) failure = errno;
    if (failure != 0) return Error::system("connecting", failure);
    return fd;
}

// A request of some hundred bytes fits into any socket's buffer: one send is all of it.
Result<std::string> ask(int fd, const std::string& request, const Deadline& deadline) {
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
        return Error::retry("it takes no request");
    std::string answer;
    char buffer[2048];
    while (answer.size() < limits::kPreflightAnswer) {
        if (!wait_for(fd, POLLIN, deadline).ok()) break;
        const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got <= 0) break;
        answer.append(buffer, static_cast<std::size_t>(got));
    }
    if (answer.empty()) return Error::retry("it says nothing in answer to a request");
    return answer;
}

}  // namespace

Fetched judge_answer(std::string_view answer, std::string_view page) {
    Fetched fetched;
    fetched.what = What::kOther;
    if (!has_prefix(answer, "HTTP/1.")) return fetched;
    const auto end = answer.find("\r\n\r\n");
    const std::string_view head = answer.substr(0, end), body = end == answer.npos ? std::string_view() : answer.substr(end);
    if (const auto status = parse_decimal(head.substr(std::min<std::size_t>(9, head.size()), 3))) fetched.status = static_cast<int>(*status);
    for (const std::string_view line : split(head, '\n')) {
        const auto colon = line.find(':');
        if (colon == line.npos || !equal_no_case(line.substr(0, colon), "Server")) continue;
        fetched.server = printable(trim(line.substr(colon + 1, line.find('\r') - colon - 1)), kServerShown);
    }
    if (fetched.status == 200 && body.find(page) != body.npos) fetched.what = What::kToken;
    return fetched;
}

Fetched fetch_probe(const Target& target, const admin::Probe& probe, const Clock& clock, const Cancel& cancel) {
    const auto where = net::Address::parse(bracketed(ip_from_bytes(target.ip)) + ":" + std::to_string(target.port));
    if (!where.ok()) return failed(where.error());
    const std::string request = request_for(target, probe.token);
    if (target.secure) {
        const auto answer = tls::ask(*where, target.name, request, limits::kPreflightAnswer, limits::kPreflightFetch, cancel);
        return answer.ok() ? judge_answer(*answer, probe.page) : failed(answer.error());
    }
    const Deadline deadline{clock.steady() + limits::kPreflightFetch, clock, cancel};
    const auto fd = connect_to(*where, deadline);
    if (!fd.ok()) return failed(fd.error());
    const auto answer = ask(fd->get(), request, deadline);
    return answer.ok() ? judge_answer(*answer, probe.page) : failed(answer.error());
}

}  // namespace postern::checks
