#include "firmware/admin/page_view.h"

#include <algorithm>

#include "firmware/admin/life_bar.h"
#include "firmware/admin/page_tables.h"
#include "firmware/admin/verdict.h"
#include "firmware/admin/words.h"
#include "server/base/text.h"

namespace postern::admin {
namespace {

constexpr std::size_t kShownAttempts = 8;  // the API has all 32

std::string number(long long value) { return std::to_string(value); }

// "NAME" the words, "NAME_iso" what the script turns into a local date.
void add_date(Values& values, const std::string& name, WallTime at, const Words& words) {
    values.texts[name] = date_words(at, words);
    values.texts[name + "_moment"] = moment_words(at, words);
    values.texts[name + "_iso"] = to_rfc3339(at.time_since_epoch().count());
}

// A list of one element that says when, or of none.
std::vector<Values> when(const std::optional<WallTime>& at, WallTime now, const Words& words) {
    if (!at) return {};
    Values values;
    add_date(values, "at", *at, words);
    values.texts["from_now"] = from_now(*at, now, words);
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

// When the CA wants the certificate renewed (RFC 9773), on the bar and in words; a list of one or of none.
std::vector<Values> window_of(const acme::CertStatus& status, const std::optional<LifeBar::Window>& bar, const Words& words) {
    if (!status.ari || !bar) return {};
    Values values;
    values.texts["from"] = number(bar->from);
    values.texts["wide"] = number(bar->wide);
    add_date(values, "start", status.ari->start, words);
    add_date(values, "end", status.ari->end, words);
    return {std::move(values)};
}

std::string left_words(const crypto::CertFacts& facts, WallTime now, const Words& words) {
    if (facts.not_after <= now) return words.say("life_left.none");
    return words.say("life_left.words", {{"left", span_words(facts.not_after - now, words)},
                                         {"all", span_words(facts.not_after - facts.not_before, words)}});
}

std::vector<Values> life_of(const acme::CertStatus& status, WallTime now, const Words& words) {
    if (!has_life_bar(status)) return {};
    const auto& facts = *status.facts;
    std::optional<TimeWindow> wanted;
    if (status.ari) wanted = TimeWindow{status.ari->start, status.ari->end};
    const auto bar = life_bar(facts.not_before, facts.not_after, now, status.renew_after, wanted);
    Values values;
    const int left = 100 - bar.today;
    const int safe = bar.renewal && *bar.renewal > bar.today ? *bar.renewal - bar.today : 0;
    values.texts["today"] = number(bar.today);
    values.texts["today_anchor"] = bar.today_anchor;
    values.texts["left"] = number(left);
    values.texts["safe"] = number(safe);
    values.texts["label"] = words.say("life_left", {{"name", status.name}});
    values.texts["left_words"] = left_words(facts, now, words);
    values.lists["window"] = window_of(status, bar.window, words);
    add_date(values, "issued", facts.not_before, words);
    add_date(values, "expires", facts.not_after, words);
    Values renewal;
    renewal.texts["renewal"] = number(bar.renewal.value_or(0));
    renewal.texts["renewal_anchor"] = bar.renewal_anchor;
    renewal.flag("renewal_word", bar.renewal_has_word);
    if (bar.renewal) values.lists["renewal_mark"] = {renewal};
    values.lists.try_emplace("renewal_mark");
    return {std::move(values)};
}

std::vector<Values> problem_of(const std::optional<acme::Problem>& problem, const Words& words) {
    if (!problem) return {};
    Values values;
    values.texts["words"] = problem_words(problem->type, words);
    values.texts["type"] = problem->type;
    values.texts["detail"] = problem->detail;
    values.texts["advice"] = advice_words(problem->type, problem->advice, words);
    values.flag("has_advice", !problem->advice.empty());
    return {std::move(values)};
}

// Newest first.
std::vector<Values> attempts_of(const std::vector<acme::Attempt>& history, const Words& words) {
    std::vector<Values> list;
    for (auto at = history.rbegin(); at != history.rend() && list.size() < kShownAttempts; ++at) {
        Values values;
        add_date(values, "end", at->end, words);
        values.texts["outcome"] = words.say(at->ok ? "attempt.ok" : "attempt.failed");
        values.texts["took"] = words.say("attempt.took", {{"span", span_words(at->end - at->start, words)}});
        values.texts["said"] = at->said;
        values.flag("was_long", at->end - at->start >= Span(60));
        values.flag("failed", !at->ok);
        values.flag("has_said", !at->said.empty());
        list.push_back(std::move(values));
    }
    return list;
}

std::vector<Values> facts_of(const acme::CertStatus& status, WallTime now, const Words& words) {
    if (!status.facts) return {};
    const auto& facts = *status.facts;
    Values values;
    values.texts["issuer"] = facts.issuer;
    values.texts["key"] = key_words(facts.key);
    values.texts["chain"] = join(facts.chain, " → ");
    values.flag("has_chain", !facts.chain.empty());
    values.texts["serial"] = hex_pairs(facts.serial);
    values.texts["fingerprint"] = hex_pairs(facts.fingerprint);
    add_date(values, "issued", facts.not_before, words);
    add_date(values, "expires", facts.not_after, words);
    values.texts["expires_from_now"] = from_now(facts.not_after, now, words);
    return {std::move(values)};
}

std::vector<Values> names_of(const std::vector<std::string>& names) {
    std::vector<Values> list;
    for (const auto& name : names) list.emplace_back().texts["host"] = name;
    return list;
}

// "a b" -> "a%20b" (RFC 3986 section 2.1), for a path that the page links to.
std::string path_encoded(std::string_view text) {
    constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (const char c : text) {
        if (kPlain.find(c) != std::string_view::npos) out += c;
        else out += "%" + to_hex(std::string_view(&c, 1));
    }
    return out;
}

// What the owner may do with it: nothing is ordered for a certificate that somebody else brings.
void add_actions(Values& card, const acme::CertStatus& status, const Words& words) {
    const bool ordered = status.kind == "acme";
    const bool from_ca = status.rung == acme::Rung::kPublic || status.rung == acme::Rung::kPrevious;
    card.texts["do_for"] = words.say("do.for", {{"name", status.name}});
    card.texts["path"] = path_encoded(status.name);
    card.texts["all_names"] = join(status.names, ", ");
    card.flag("can_renew", ordered);
    card.flag("can_revoke", ordered && from_ca && status.facts);
    card.flag("can_download", status.facts && (from_ca || !ordered));  // nobody wants what only bridges the time
}

Values card_of(const acme::CertStatus& status, WallTime now, std::size_t index, const Words& words) {
    Values card = level_values(level_of(status, now));
    card.texts["id"] = "certificate-" + std::to_string(index);
    card.texts["name"] = status.name;
    card.texts["state"] = state_word(status, now, words);
    card.texts["sentence"] = state_sentence(status, now, words);
    card.texts["rung"] = rung_words(status.rung, words);
    card.texts["details_of"] = words.say("details.of", {{"name", status.name}});
    // one name that is the title says nothing new
    const bool plain = status.names.size() == 1 && status.names[0] == status.name;
    card.lists["names"] = plain ? std::vector<Values>() : names_of(status.names);
    card.flag("has_names", !plain && !status.names.empty());
    card.lists["life"] = life_of(status, now, words);
    card.lists["facts"] = facts_of(status, now, words);
    card.lists["problem"] = problem_of(status.last_problem, words);
    card.texts["next_label"] = words.say(status.state == acme::CertState::kValid ? "next.renewal" : "next.try");
    card.lists["next_try"] = when(status.next_attempt, now, words);
    card.lists["attempts"] = attempts_of(status.history, words);
    card.flag("has_attempts", !status.history.empty());
    add_actions(card, status, words);
    return card;
}

std::vector<Values> cards_of(const acme::StatusSnapshot& status, WallTime now, const Words& words) {
    std::vector<const acme::CertStatus*> order;
    for (const auto& certificate : status.certificates) order.push_back(&certificate);
    std::stable_partition(order.begin(), order.end(),
                          [&](const auto* each) { return level_of(*each, now) >= Level::kAttention; });
    std::vector<Values> cards;
    cards.reserve(order.size());
    for (const auto* each : order)  // the number in the id is that of the configuration: it stays when the order changes
        cards.push_back(card_of(*each, now, static_cast<std::size_t>(each - status.certificates.data()) + 1, words));
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

void add_server(Values& page, const ServerFacts& facts, WallTime now, std::string_view version, const Words& words) {
    page.texts["version"] = version;
    const std::pair<const char*, std::string> figures[] = {{"uptime", span_words(Span(facts.uptime_s), words)},
                                                           {"connections", grouped(facts.connections)},
                                                           {"requests", grouped(facts.requests)},
                                                           {"swaps", grouped(facts.swaps)},
                                                           {"written", bytes_words(facts.state_bytes_written)}};
    for (const auto& [id, value] : figures) {
        Values figure;
        figure.texts = {{"id", id}, {"word", words.say(id)}, {"value", value}};
        page.lists["figures"].push_back(std::move(figure));
    }
    add_date(page, "now", now, words);
    page.texts["as_of"] = words.say("as_of", {{"time", moment_words(now, words)}});
    auto& list = page.lists["listeners"];
    for (const auto& listener : facts.listeners) {
        if (has_prefix(listener.address, "unix:")) continue;  // the control socket: a path that helps nobody here
        Values values;
        values.texts["kind"] = listener.kind;
        values.texts["address"] = listener.address;
        list.push_back(std::move(values));
    }
}

std::vector<Values> glossary_in(const Words& words) {
    std::vector<Values> list;
    for (const char* word : {"certificate", "ca", "challenge", "renewal"}) {
        const auto key = "glossary." + std::string(word);
        list.emplace_back().texts = {{"word", words.say(key)}, {"text", words.say(key + ".text")}};
    }
    return list;
}

}  // namespace

Values page_values(const acme::StatusSnapshot& status, const ServerFacts& facts, WallTime now, std::string_view version,
                   const Words& words) {
    const auto verdict = verdict_of(status, now, words);
    Values page = level_values(verdict.level);
    page.texts["headline"] = verdict.headline;
    page.texts["detail"] = verdict.detail;
    const bool clock_notice = !status.clock_sane && !verdict.of_clock;
    page.flag("clock_wrong", clock_notice);
    auto& notices = page.lists["notices"];
    for (const auto& notice : status.notices) notices.emplace_back().texts["notice"] = notice;
    page.flag("has_notices", clock_notice || !status.notices.empty());
    const auto is_from_ca = [](const acme::CertStatus& one) { return one.kind != "self-signed"; };
    page.flag("first_start", std::none_of(status.certificates.begin(), status.certificates.end(), is_from_ca));
    page.lists["certificates"] = cards_of(status, now, words);
    add_server(page, facts, now, version, words);
    add_tables(page, status, facts, words);
    page.lists["glossary"] = glossary_in(words);
    page.texts["script"] = "app";
    page.flag("refused", false);
    page.flag("inside", true);
    return page;
}

}  // namespace postern::admin
