#include "acme/store/job.h"

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>

namespace postern::acme {

namespace {

// As in firmware/admin: a second kind of json would be 60 kB more.
using json = nlohmann::ordered_json;

constexpr int kVersion = 1;

Error damaged(std::string_view what) { return Error::refuse("not a " + std::string(what) + " of ours"); }

// The object of a state file, or nothing. Numbers that are no integers, strings that are no UTF-8: all refused below.
std::optional<json> object_from(std::string_view text) {
    json value = json::parse(text.begin(), text.end(), nullptr, false);
    if (!value.is_object() || value.value("v", 0) != kVersion) return std::nullopt;
    return value;
}

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"; }

std::string string_at(const json& object, const char* key) { return object.at(key).get<std::string>(); }

std::optional<WallTime> time_at(const json& object, const char* key) {
    auto found = object.find(key);
    if (found == object.end()) return std::nullopt;
    return WallTime(Seconds(found->get<long long>()));
}

json to_json(const Attempt& a) {
    return json::array({a.start.time_since_epoch().count(), a.end.time_since_epoch().count(), a.ok, a.generation, a.said});
}

Attempt attempt_from(const json& row) {
    Attempt a;
    a.start = WallTime(Seconds(row.at(0).get<long long>()));
    a.end = WallTime(Seconds(row.at(1).get<long long>()));
    a.ok = row.at(2).get<bool>();
    a.generation = row.at(3).get<int>();
    a.said = row.at(4).get<std::string>();
    return a;
}

std::optional<AriWindow> ari_at(const json& object) {
    auto found = object.find("ari");
    if (found == object.end()) return std::nullopt;
    auto time = [&](const char* key) { return time_at(*found, key).value_or(WallTime{}); };
    return AriWindow{string_at(*found, "id"), time("start"), time("end"), time("moment"), found->value("see", "")};
}

json to_json(const AriWindow& ari) {
    return {{"id", ari.id},
            {"start", ari.start.time_since_epoch().count()},
            {"end", ari.end.time_since_epoch().count()},
            {"moment", ari.moment.time_since_epoch().count()},
            {"see", ari.explanation}};
}

Job read_job(const json& object) {
    Job job;
    job.wanted = string_at(object, "wanted");
    job.issued_by = object.value("issued_by", "");
    job.issued_for = object.value("issued_for", "");
    job.warning = object.value("warning", "");
    job.failures = object.at("failures").get<int>();
    job.next = time_at(object, "next");
    job.hold = time_at(object, "hold");
    if (auto found = object.find("problem"); found != object.end())
        job.problem = Problem{string_at(*found, "type"), string_at(*found, "detail"), string_at(*found, "advice")};
    job.ari = ari_at(object);
    job.ari_next = time_at(object, "ari_next");
    job.held = object.value("held", false);
    if (auto found = object.find("revoked"); found != object.end())
        for (const json& fingerprint : *found) job.add_revoked(fingerprint.get<std::string>());
    for (const json& row : object.at("attempts")) job.add(attempt_from(row));
    return job;
}

// What json throws at a missing or mistyped member ends here.
template <typename T, typename Read>
Result<T> guarded(std::string_view text, std::string_view what, Read read) {
    try {
        auto object = object_from(text);
        if (!object) return damaged(what);
        return read(*object);
    } catch (const std::exception&) {
        return damaged(what);
    }
}

}  // namespace

void Job::add(Attempt attempt) {
    if (attempt.said.size() > kSaid) attempt.said = attempt.said.substr(0, kSaid - 3) + "...";
    attempts.push_back(std::move(attempt));
    if (attempts.size() > kAttempts) attempts.erase(attempts.begin());
}

void Job::add_revoked(std::string fingerprint) {
    if (is_revoked(fingerprint)) return;
    revoked.push_back(std::move(fingerprint));
    if (revoked.size() > kRevoked) revoked.erase(revoked.begin());
}

bool Job::is_revoked(std::string_view fingerprint) const {
    return std::find(revoked.begin(), revoked.end(), fingerprint) != revoked.end();
}

std::string to_text(const Job& job) {
    json object{{"v", kVersion}, {"wanted", job.wanted}, {"failures", job.failures}};
    if (!job.issued_by.empty()) object["issued_by"] = job.issued_by;
    if (!job.issued_for.empty()) object["issued_for"] = job.issued_for;
    if (!job.warning.empty()) object["warning"] = job.warning;
    if (job.next) object["next"] = job.next->time_since_epoch().count();
    if (job.hold) object["hold"] = job.hold->time_since_epoch().count();
    if (job.problem)
        object["problem"] = {{"type", job.problem->type}, {"detail", job.problem->detail}, {"advice", job.problem->advice}};
    if (job.ari) object["ari"] = to_json(*job.ari);
    if (job.ari_next) object["ari_next"] = job.ari_next->time_since_epoch().count();
    if (job.held) object["held"] = true;
    if (!job.revoked.empty()) object["revoked"] = job.revoked;
    json rows = json::array();
    for (const Attempt& attempt : job.attempts) rows.push_back(to_json(attempt));
    object["attempts"] = std::move(rows);
    return dump(object);
}

std::string to_text(const AccountRecord& account) {
    return dump({{"v", kVersion}, {"directory", account.directory}, {"url", account.url}, {"key", account.key}});
}

Secret to_text(const PendingOrder& order) {
    return Secret(dump({{"v", kVersion},
                        {"wanted", order.wanted},
                        {"url", order.url},
                        {"made", order.made.time_since_epoch().count()},
                        {"key", std::string(order.key_pem.view())}}));
}

std::string to_text(const FullAt& full) {
    json rows = json::object();
    for (const auto& [bucket, at] : full) rows[bucket] = at.time_since_epoch().count();
    return dump({{"v", kVersion}, {"full", std::move(rows)}});
}

Result<FullAt> full_at_from(std::string_view text) {
    return guarded<FullAt>(text, "ledger", [](const json& object) {
        FullAt full;
        for (const auto& [bucket, at] : object.at("full").items()) full[bucket] = WallTime(Seconds(at.get<long long>()));
        return full;
    });
}

Result<Job> job_from(std::string_view text) { return guarded<Job>(text, "job record", read_job); }

Result<AccountRecord> account_from(std::string_view text) {
    return guarded<AccountRecord>(text, "account record", [](const json& object) {
        return AccountRecord{string_at(object, "directory"), string_at(object, "url"), string_at(object, "key")};
    });
}

Result<PendingOrder> pending_from(std::string_view text) {
    return guarded<PendingOrder>(text, "pending order", [](const json& object) {
        PendingOrder order;
        order.wanted = string_at(object, "wanted");
        order.url = string_at(object, "url");
        order.made = WallTime(Seconds(object.at("made").get<long long>()));
        order.key_pem = Secret(string_at(object, "key"));
        return order;
    });
}

}  // namespace postern::acme
