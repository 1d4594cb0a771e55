#include "server/site/rate_limit.h"

#include <algorithm>
#include <cstring>

#include "server/http/client_of.h"
#include "server/site/error_page.h"

namespace postern::site {

RateTable::RateTable(const Rate& rate, std::uint64_t seed)
    : each_(Time(rate.per) / std::max(rate.count, 1)), most_(each_ * std::max(rate.burst, 1)), seed_(seed), buckets_(kClients) {}

std::size_t RateTable::place_of(const Ip& client) const {
    std::uint64_t words[2];
    std::memcpy(words, client.bits.data(), sizeof words);
    std::uint64_t mixed = (words[0] ^ seed_) * 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 32) ^ words[1] ^ static_cast<std::uint64_t>(client.is_v6)) * 0xff51afd7ed558ccdu;
    return static_cast<std::size_t>(mixed >> 32) % (kClients / kTogether);
}

Millis RateTable::take(const Ip& client, SteadyTime now_at) {
    const Time now = now_at.time_since_epoch();
    const std::size_t place = place_of(client);
    std::lock_guard<std::mutex> hold(locks_[place % kLocks]);
    Bucket* const first = &buckets_[place * kTogether];
    Bucket* found = std::find_if(first, first + kTogether, [&](const Bucket& one) { return one.client == client; });
    if (found == first + kTogether) {
        found = std::min_element(first, first + kTogether, [](const Bucket& a, const Bucket& b) { return a.full < b.full; });
        *found = {client, now};
    }
    const Time full = std::max(found->full, now) + each_;
    if (full - now > most_) return std::chrono::ceil<Millis>(full - now - most_);
    found->full = full;
    return Millis(0);
}

http::Response RateLimit::handle(const http::Request& request, const http::Context& context) {
    const std::optional<Ip> ip = Ip::parse(http::client_of(request, context));  // none: a socket of this machine
    const Millis wait = ip && !request.again ? table_->take(ip->client(), context.now) : Millis(0);
    if (wait == Millis(0)) return inner_->handle(request, context);
    http::Response response = error_response(429);
    response.fields.emplace_back("Retry-After", std::to_string(std::chrono::ceil<Seconds>(wait).count()));
    return response;
}

}  // namespace postern::site
