#include "acme/renewal_watch.h"

#include "acme/policy/ari.h"
#include "acme/protocol/retry_after.h"
#include "server/base/text.h"

namespace postern::acme {

namespace {

constexpr Seconds kNotOffered(30 * 86400);  // an order will have read the directory before that, mostly

std::string date_of(WallTime time) { return to_rfc3339(time.time_since_epoch().count()); }

Result<HttpReply> get(Transport& transport, const std::string& url) {
    return transport.exchange({HttpRequest::Method::kGet, url, {}, {}, "renewalInfo"});
}

Error refused(const HttpReply& reply) { return Error::retry("the CA answered " + std::to_string(reply.status)); }

}  // namespace

bool RenewalWatch::due(const Lineage& lineage, bool by_hand) const {
    if (!lineage.ari_wanted(clock_.wall())) return false;
    return by_hand || lineage.ari_next(clock_.wall()) <= clock_.wall();
}

Result<RenewalWatch::Answer> RenewalWatch::read_info(const std::string& url, CaDesk& desk, std::optional<Seconds>& retry_after) {
    TRY(const HttpReply reply, get(*desk.transport, url));
    if (auto asked = acme::retry_after(reply, clock_.wall())) retry_after = asked->wait;
    if (reply.status != 200) return refused(reply);
    TRY(const Json json, Json::parse(reply.body));
    TRY(RenewalInfo info, renewal_info_from(json));
    return Answer{std::move(info), retry_after};
}

bool RenewalWatch::ask(Lineage& lineage, CaDesk& desk) {
    const std::string id = *lineage.ari_id();
    const std::string& name = lineage.wanted().name;
    std::optional<Seconds> retry_after;
    Result<void> directory = read_directory(desk, lineage.wanted().ca.directory_url);
    if (directory && desk.session.directory->renewal_info.empty()) {  // it does not offer this
        lineage.ari_pause_until(clock_.wall() + kNotOffered);
        return true;
    }
    auto answer = directory ? read_info(renewal_info_url(desk.session.directory->renewal_info, id), desk, retry_after)
                            : Result<Answer>(directory.error());
    if (!answer) {
        const Seconds pause = ari_pause_after_failure(lineage.ari_failed(), retry_after);
        lineage.ari_pause_until(clock_.wall() + pause);
        log_.info("acme.renewal_info", {{"certificate", name}, {"problem", answer.error().text()}});
        return false;
    }
    const WallTime next = clock_.wall() + ari_pause(answer->again);
    const RenewalInfo& info = answer->info;
    unsigned char bytes[8];
    random_.fill(bytes);
    std::uint64_t draw = 0;
    for (unsigned char byte : bytes) draw = draw << 8 | byte;
    if (!lineage.take_ari({info.start, info.end, moment_in(info.start, info.end, draw), info.explanation}, next)) return false;
    log_.info("acme.renewal_info", {{"certificate", name},
                                    {"from", date_of(info.start)},
                                    {"to", date_of(info.end)},
                                    {"see", info.explanation}});
    return true;
}

}  // namespace postern::acme
