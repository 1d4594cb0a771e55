#include "acme/dns/resolver.h"

#include <algorithm>

#include "acme/dns/limits.h"
#include "acme/dns/name.h"

namespace postern::acme::dns {

namespace {

constexpr int kFormErr = 1, kNotImp = 4;

bool is_answer(const Reply& reply) {
    return reply.outcome == Reply::Outcome::kFound || reply.outcome == Reply::Outcome::kNoData ||
           reply.outcome == Reply::Outcome::kNoName;
}

bool is_puzzled(const Reply& reply) {
    return reply.outcome == Reply::Outcome::kFailed && (reply.rcode == kFormErr || reply.rcode == kNotImp);
}

}  // namespace

Result<Reply> StubResolver::ask(const Question& question) {
    TRY_VOID(encode_name(canonical_name(question.name)));
    const Deadline whole{clock_.steady() + limits::kDnsTotal, clock_, cancel_};
    const std::size_t tries = list_.servers.size() * static_cast<std::size_t>(list_.attempts);
    std::string failures;
    for (std::size_t i = 0; i < tries && !cancel_.called() && whole.left().count() > 0; ++i) {
        const Server& server = list_.servers[i % list_.servers.size()];
        const Deadline part{std::min(whole.at, clock_.steady() + list_.per_try), clock_, cancel_};
        auto reply = ask_one(server, question, part);
        if (reply.ok() && is_answer(*reply)) return reply;
        const std::string why = reply.ok() ? rcode_text(reply->rcode) : reply.error().text();
        const std::string failure = "the DNS server " + server.text() + ": " + why;
        if (failures.find(failure) == failures.npos) failures += (failures.empty() ? "" : "; ") + failure;
    }
    if (cancel_.called()) failures = "called off";
    return Error::retry("looking up " + std::string(name_of(question.type)) + " of " + question.name + ": " + failures);
}

Result<Reply> StubResolver::ask_one(const Server& server, const Question& question, const Deadline& deadline) {
    auto reply = exchange(server, question, true, deadline);
    if (reply.ok() && is_puzzled(*reply)) return exchange(server, question, false, deadline);
    return reply;
}

Result<Reply> StubResolver::exchange(const Server& server, const Question& question, bool edns, const Deadline& deadline) {
    const auto id = static_cast<std::uint16_t>(random_.below(65536));
    TRY(const std::string packet, encode_question(question, id, edns));
    std::string refused;  // why the last datagram did not fit: better than "no answer" for who has a broken server
    const auto fits = [&](std::string_view datagram) {
        auto read = decode_reply(datagram, question, id);
        if (!read) refused = read.error().text();
        return read.ok();
    };
    auto datagram = wire_.ask_udp(server, packet, deadline, fits);
    if (!datagram && !refused.empty()) return Error::retry(datagram.error().text() + " (" + refused + ")");
    if (!datagram) return std::move(datagram).error();
    TRY(Reply reply, decode_reply(*datagram, question, id));
    if (reply.outcome != Reply::Outcome::kTruncated) return reply;
    TRY(const std::string whole, wire_.ask_tcp(server, packet, deadline));
    TRY(reply, decode_reply(whole, question, id));
    if (reply.outcome == Reply::Outcome::kTruncated) return Error::retry("its answer is cut over TCP too");
    return reply;
}

}  // namespace postern::acme::dns
