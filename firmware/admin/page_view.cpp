#include "firmware/admin/page_view.h"

#include <algorithm>

#include "firmware/admin/life_bar.h"
#include "firmware/admin/verdict.h"
#include "firmware/admin/words.h"
#include "server/base/text.h"

namespace postern::admin {
namespace {

constexpr std::size_t kShownAttempts = 8;  // the API has all 32

std::string number(long long value) { return std::to_string(value); }

// "NAME" the words, "NAME_iso" what the script turns into a local date.
void add_date(Values& values, const std::string& name, WallTime at) {
    values.texts[name] = date_words(at);
    values.texts[name + "_moment"] = moment_words(at);
    values.texts[name + "_iso"] = to_rfc3339(at.time_since_epoch().count());
}

// A list of one element that says when, or of none.
std::vector<Values> when(const std::optional<WallTime>& at, WallTime now) {
    if (!at) return {};
    Values values;
    add_date(values, "at", *at);
    values.texts["from_now"] = from_now(*at, now);
    return {std::move(values)};
}

Values level_values(Level level) {
    Values values;
    values.texts["level"] = name_of(level);
    for (const auto each : {Level::kWell, Level::kBusy, Level::kAttention, Level::kBroken})
        values.flag("is_" + std::string(name_of(each)), each == level);
    return values;
}

// A self-signed certificate that only bridges the time until a real one is here has a life that concerns nobody.
bool has_life_bar(const acme::CertStatus& status) {
    return status.facts && (status.rung != acme::Rung::kSelfSigned || status.kind == "self-signed");
}

std::vector<Values> life_of(const acme::CertStatus& status, WallTime now) {
    if (!has_life_bar(status)) return {};
    const auto& facts = *status.facts;
    const auto bar = life_bar(facts.not_before, facts.not_after, now, status.renew_after);
    Values values;
    const int left = 100 - bar.today;
    const int safe = bar.renewal && *bar.renewal > bar.today ? *bar.renewal - bar.today : 0;
    values.texts["today"] = number(bar.today);
    values.texts["today_anchor"] = bar.today_anchor;
    values.texts["left"] = number(left);
    values.texts["safe"] = number(safe);
    values.texts["left_words"] = facts.not_after <= now
                                     ? "expired"
                                     : span_words(facts.not_after - now) + " of " +
                                           span_words(facts.not_after - facts.not_before) + " left";
    add_date(values, "issued", facts.not_before);
    add_date(values, "expires", facts.not_after);
    Values renewal;
    renewal.texts["renewal"] = number(bar.renewal.value_or(0));
    renewal.texts["renewal_anchor"] = bar.renewal_anchor;
    renewal.flag("renewal_word", bar.renewal_has_word);
    if (bar.renewal) values.lists["renewal_mark"] = {renewal};
    values.lists.try_emplace("renewal_mark");
    return {std::move(values)};
}

std::vector<Values> problem_of(const std::optional<acme::Problem>& problem) {
    if (!problem) return {};
    Values values;
    values.texts["words"] = problem_words(problem->type);
    values.texts["type"] = problem->type;
    values.texts["detail"] = problem->detail;
    values.texts["advice"] = problem->advice;
    values.flag("has_advice", !problem->advice.empty());
    return {std::move(values)};
}

// Newest first.
std::vector<Values> attempts_of(const std::vector<acme::Attempt>& history) {
    std::vector<Values> list;
    for (auto at = history.rbegin(); at != history.rend() && list.size() < kShownAttempts; ++at) {
        Values values;
        add_date(values, "end", at->end);
        values.texts["outcome"] = at->ok ? "Succeeded" : "Failed";
        values.texts["said"] = at->said;
        values.flag("failed", !at->ok);
        values.flag("has_said", !at->said.empty());
        list.push_back(std::move(values));
    }
    return list;
}

std::vector<Values> facts_of(const acme::CertStatus& status, WallTime now) {
    if (!status.facts) return {};
    const auto& facts = *status.facts;
    Values values;
    values.texts["issuer"] = facts.issuer;
    values.texts["key"] = key_words(facts.key);
    values.texts["serial"] = hex_pairs(facts.serial);
    values.texts["fingerprint"] = hex_pairs(facts.fingerprint);
    add_date(values, "issued", facts.not_before);
    add_date(values, "expires", facts.not_after);
    values.texts["expires_from_now"] = from_now(facts.not_after, now);
    return {std::move(values)};
}

std::vector<Values> names_of(const std::vector<std::string>& names) {
    std::vector<Values> list;
    for (const auto& name : names) list.emplace_back().texts["host"] = name;
    return list;
}

Values card_of(const acme::CertStatus& status, WallTime now, std::size_t index) {
    Values card = level_values(level_of(status, now));
    card.texts["id"] = "certificate-" + std::to_string(index);
    card.texts["name"] = status.name;
    card.texts["state"] = state_word(status, now);
    card.texts["sentence"] = state_sentence(status, now);
    card.texts["rung"] = rung_words(status.rung);
    // one name that is the title says nothing new
    const bool plain = status.names.size() == 1 && status.names[0] == status.name;
    card.lists["names"] = plain ? std::vector<Values>() : names_of(status.names);
    card.flag("has_names", !plain && !status.names.empty());
    card.lists["life"] = life_of(status, now);
    card.lists["facts"] = facts_of(status, now);
    card.lists["problem"] = problem_of(status.last_problem);
    card.texts["next_label"] = status.state == acme::CertState::kValid ? "Renewal" : "Next try";
    card.lists["next_try"] = when(status.next_attempt, now);
    card.lists["attempts"] = attempts_of(status.history);
    card.flag("has_attempts", !status.history.empty());
    return card;
}

std::vector<Values> cards_of(const acme::StatusSnapshot& status, WallTime now) {
    std::vector<const acme::CertStatus*> order;
    for (const auto& certificate : status.certificates) order.push_back(&certificate);
    std::stable_partition(order.begin(), order.end(),
                          [&](const auto* each) { return level_of(*each, now) >= Level::kAttention; });
    std::vector<Values> cards;
    cards.reserve(order.size());
    for (const auto* each : order)  // the number in the id is that of the configuration: it stays when the order changes
        cards.push_back(card_of(*each, now, static_cast<std::size_t>(each - status.certificates.data()) + 1));
    return cards;
}

// 48213 -> "48,213"
std::string grouped(unsigned long long count) {
    auto digits = std::to_string(count);
    for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
    return digits;
}

// 1234567 -> "1.2 MB": decimal, as storage is sold.
std::string bytes_words(unsigned long long bytes) {
    if (bytes < 1000) return std::to_string(bytes) + " B";
    unsigned long long unit = 1000;
    std::string_view name = " kB";
    if (bytes >= 1000000) unit = 1000000, name = " MB";
    if (bytes >= 1000000000) unit = 1000000000, name = " GB";
    const auto tenths = bytes / (unit / 10);
    return std::to_string(tenths / 10) + (tenths < 1000 ? "." + std::to_string(tenths % 10) : "") + std::string(name);
}

void add_server(Values& page, const ServerFacts& facts, WallTime now, std::string_view version) {
    page.texts["version"] = version;
    page.texts["uptime"] = span_words(Span(facts.uptime_s));
    page.texts["connections"] = grouped(facts.connections);
    page.texts["requests"] = grouped(facts.requests);
    page.texts["swaps"] = grouped(facts.swaps);
    page.texts["written"] = bytes_words(facts.state_bytes_written);
    add_date(page, "now", now);
    auto& list = page.lists["listeners"];
    for (const auto& listener : facts.listeners) {
        if (has_prefix(listener.address, "unix:")) continue;  // the control socket: a path that helps nobody here
        Values values;
        values.texts["kind"] = listener.kind;
        values.texts["address"] = listener.address;
        list.push_back(std::move(values));
    }
}

}  // namespace

Values page_values(const acme::StatusSnapshot& status, const ServerFacts& facts, WallTime now, std::string_view version) {
    const auto verdict = verdict_of(status, now);
    Values page = level_values(verdict.level);
    page.texts["headline"] = verdict.headline;
    page.texts["detail"] = verdict.detail;
    const bool clock_notice = !status.clock_sane && !verdict.of_clock;
    page.flag("clock_wrong", clock_notice);
    auto& notices = page.lists["notices"];
    for (const auto& notice : status.notices) notices.emplace_back().texts["notice"] = notice;
    page.flag("has_notices", clock_notice || !status.notices.empty());
    page.lists["certificates"] = cards_of(status, now);
    add_server(page, facts, now, version);
    return page;
}

}  // namespace postern::admin
