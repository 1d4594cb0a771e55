#include "acme/store/job.h"

#include <algorithm>

#include "server/base/json.h"
#include "server/base/text.h"

namespace postern::acme {

namespace {

constexpr int kVersion = 1;
constexpr JsonBounds kBounds{.members = 20000};  // of the ledger, which has a row for each name

Error damaged(std::string_view what) { return Error::refuse("not a " + std::string(what) + " of ours"); }

long long seconds_of(WallTime at) { return static_cast<long long>(at.time_since_epoch().count()); }

// Takes values from a record; whole() is over for good with the first that is missing or of another type.
class Taker {
public:
    explicit Taker(const Json& record) : record_(record) {}

    std::string text(std::string_view name) { return std::string(kept(record_.text(name)).value_or("")); }
    std::int64_t number(std::string_view name) { return kept(record_.number(name)).value_or(0); }
    WallTime time(std::string_view name) { return WallTime(Seconds(number(name))); }
    // Those that may be missing, but of no other type.
    std::string text_if_there(std::string_view name) { return has(name) ? text(name) : ""; }
    bool flag_if_there(std::string_view name) { return has(name) && kept(record_.flag(name)).value_or(false); }
    std::optional<WallTime> time_if_there(std::string_view name) {
        return has(name) ? std::optional<WallTime>(time(name)) : std::nullopt;
    }
    const Json* object_if_there(std::string_view name) {
        const Json* found = record_.find(name);
        must(found == nullptr || found->is_object());
        return found;
    }
    const std::vector<Json>& array(std::string_view name) {
        static const std::vector<Json> kNone;
        const auto* found = record_.array(name);
        must(found != nullptr);
        return found != nullptr ? *found : kNone;
    }
    bool has(std::string_view name) const { return record_.find(name) != nullptr; }

    // A value that is no member.
    template <typename T>
    std::optional<T> kept(std::optional<T> value) {
        must(value.has_value());
        return value;
    }
    bool must(bool holds) {
        whole_ = whole_ && holds;
        return holds;
    }
    bool whole() const { return whole_; }

private:
    const Json& record_;
    bool whole_ = true;
};

// The record in a state file, read by `take`; kRefuse when it is no whole one.
template <typename T, typename Take>
Result<T> record_from(std::string_view text, std::string_view what, Take take) {
    auto record = Json::parse(text, kBounds);
    if (!record || record->number("v") != kVersion) return damaged(what);
    Taker taker(*record);
    T value = take(taker);
    if (!taker.whole()) return damaged(what);
    return value;
}

JsonObject record() {
    JsonObject made;
    made.number("v", kVersion);
    return made;
}

std::string attempt_text(const Attempt& a) {
    return json_list({std::to_string(seconds_of(a.start)), std::to_string(seconds_of(a.end)), a.ok ? "true" : "false",
                      std::to_string(a.generation), json_quote(a.said)});
}

Attempt attempt_from(const Json& row, Taker& job) {
    static const Json kNone;
    const auto at = [&](std::size_t i) -> const Json& { return i < row.items().size() ? row.items()[i] : kNone; };
    const auto number = [&](std::size_t i) { return job.kept(at(i).number()).value_or(0); };
    job.must(row.kind() == Json::Kind::kArray && at(4).kind() == Json::Kind::kString);
    return {WallTime(Seconds(number(0))), WallTime(Seconds(number(1))), job.kept(at(2).flag()).value_or(false), at(4).string(),
            static_cast<int>(number(3))};
}

std::string window_text(const AriWindow& ari) {
    return JsonObject()
        .number("start", seconds_of(ari.start))
        .number("end", seconds_of(ari.end))
        .number("moment", seconds_of(ari.moment))
        .add("see", ari.explanation)
        .done();
}

std::optional<AriWindow> window_from(Taker& word) {
    const Json* found = word.object_if_there("window");
    if (found == nullptr) return std::nullopt;
    Taker ari(*found);
    AriWindow window{ari.time_if_there("start").value_or(WallTime{}), ari.time_if_there("end").value_or(WallTime{}),
                     ari.time_if_there("moment").value_or(WallTime{}), ari.text_if_there("see")};
    word.must(ari.whole());
    return window;
}

std::optional<Problem> problem_from(Taker& job) {
    const Json* found = job.object_if_there("problem");
    if (found == nullptr) return std::nullopt;
    Taker taker(*found);
    Problem problem{taker.text("type"), taker.text("detail"), taker.text("advice")};
    job.must(taker.whole());
    return problem;
}

std::vector<std::string> texts_if_there(Taker& from, const char* name) {
    std::vector<std::string> texts;
    if (!from.has(name)) return texts;
    for (const Json& text : from.array(name))
        if (from.must(text.kind() == Json::Kind::kString)) texts.push_back(text.string());
    return texts;
}

// Never half a character.
void shorten(std::string& text, std::size_t most) {
    if (text.size() <= most) return;
    std::size_t end = most - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    text.resize(end);
    text += "...";
}

// The oldest makes room.
void add_to(std::vector<std::string>& fingerprints, std::string one) {
    if (std::find(fingerprints.begin(), fingerprints.end(), one) != fingerprints.end()) return;
    fingerprints.push_back(std::move(one));
    if (fingerprints.size() > Job::kRevoked) fingerprints.erase(fingerprints.begin());
}

bool has(const std::vector<std::string>& fingerprints, std::string_view one) {
    return std::find(fingerprints.begin(), fingerprints.end(), one) != fingerprints.end();
}

Job take_job(Taker& from) {
    Job job;
    job.wanted = from.text("wanted");
    job.issued_by = from.text_if_there("issued_by");
    job.issued_for = from.text_if_there("issued_for");
    job.warning = from.text_if_there("warning");
    job.failures = static_cast<int>(from.number("failures"));
    job.next = from.time_if_there("next");
    job.hold = from.time_if_there("hold");
    job.problem = problem_from(from);
    job.held = from.flag_if_there("held");
    for (std::string& fingerprint : texts_if_there(from, "revoked")) job.add_revoked(std::move(fingerprint));
    for (std::string& fingerprint : texts_if_there(from, "uploaded")) job.add_uploaded(std::move(fingerprint));
    job.uploading = from.text_if_there("uploading");
    job.from_files = from.text_if_there("from_files");
    for (const Json& row : from.array("attempts")) job.add(attempt_from(row, from));
    return job;
}

}  // namespace

void Job::add(Attempt attempt) {
    shorten(attempt.said, kSaid);
    attempts.push_back(std::move(attempt));
    if (attempts.size() > kAttempts) attempts.erase(attempts.begin());
    std::size_t all = 0;
    for (auto one = attempts.rbegin(); one != attempts.rend(); ++one) {
        all += one->said.size();
        if (all > kSaidInAll) shorten(one->said, kSaidAtLeast);
    }
}

void Job::add_revoked(std::string fingerprint) { add_to(revoked, std::move(fingerprint)); }
bool Job::is_revoked(std::string_view fingerprint) const { return has(revoked, fingerprint); }
void Job::add_uploaded(std::string fingerprint) { add_to(uploaded, std::move(fingerprint)); }
bool Job::is_uploaded(std::string_view fingerprint) const { return has(uploaded, fingerprint); }

std::string to_text(const Job& job) {
    JsonObject object = record();
    object.add("wanted", job.wanted).number("failures", job.failures);
    if (!job.issued_by.empty()) object.add("issued_by", job.issued_by);
    if (!job.issued_for.empty()) object.add("issued_for", job.issued_for);
    if (!job.warning.empty()) object.add("warning", job.warning);
    if (!job.from_files.empty()) object.add("from_files", job.from_files);
    if (job.next) object.number("next", seconds_of(*job.next));
    if (job.hold) object.number("hold", seconds_of(*job.hold));
    if (job.problem)
        object.add_raw("problem", JsonObject()
                                      .add("type", job.problem->type)
                                      .add("detail", job.problem->detail)
                                      .add("advice", job.problem->advice)
                                      .done());
    if (job.held) object.flag("held", true);
    if (!job.revoked.empty()) object.list("revoked", job.revoked);
    if (!job.uploaded.empty()) object.list("uploaded", job.uploaded);
    if (!job.uploading.empty()) object.add("uploading", job.uploading);
    return object.add_raw("attempts", json_list(job.attempts, attempt_text)).done() + "\n";
}

std::string to_text(const RenewalWord& word) {
    JsonObject object = record();
    object.add("id", word.id);
    if (word.window) object.add_raw("window", window_text(*word.window));
    if (word.next) object.number("next", seconds_of(*word.next));
    return object.done() + "\n";
}

std::string to_text(const AccountRecord& account) {
    return record().add("directory", account.directory).add("url", account.url).add("key", account.key).done() + "\n";
}

Secret to_text(const PendingOrder& order) {
    return Secret(record()
                      .add("wanted", order.wanted)
                      .add("url", order.url)
                      .number("made", seconds_of(order.made))
                      .add("key", order.key_pem.view())
                      .done() +
                  "\n");
}

std::string to_text(const FullAt& full) {
    JsonObject rows;
    for (const auto& [bucket, at] : full) rows.number(bucket, seconds_of(at));
    return record().add_raw("full", rows.done()).done() + "\n";
}

Result<FullAt> full_at_from(std::string_view text) {
    return record_from<FullAt>(text, "ledger", [](Taker& from) {
        FullAt full;
        const Json* rows = from.object_if_there("full");
        if (!from.must(rows != nullptr)) return full;
        for (std::size_t i = 0; i < rows->names().size(); ++i)
            full[rows->names()[i]] = WallTime(Seconds(from.kept(rows->items()[i].number()).value_or(0)));
        return full;
    });
}

std::optional<WallTime> good_time_from(std::string_view text) {
    const auto seconds = from_rfc3339(text.substr(0, text.find('\n')));
    return seconds ? std::optional<WallTime>(Seconds(*seconds)) : std::nullopt;
}

Result<Job> job_from(std::string_view text) { return record_from<Job>(text, "job record", take_job); }

Result<RenewalWord> renewal_word_from(std::string_view text) {
    return record_from<RenewalWord>(text, "renewal information", [](Taker& from) {
        RenewalWord word;
        word.id = from.text("id");
        word.window = window_from(from);
        word.next = from.time_if_there("next");
        return word;
    });
}

Result<AccountRecord> account_from(std::string_view text) {
    return record_from<AccountRecord>(text, "account record", [](Taker& from) {
        return AccountRecord{from.text("directory"), from.text("url"), from.text("key")};
    });
}

Result<PendingOrder> pending_from(std::string_view text) {
    return record_from<PendingOrder>(text, "pending order", [](Taker& from) {
        return PendingOrder{from.text("wanted"), from.text("url"), from.time("made"), Secret(from.text("key"))};
    });
}

}  // namespace postern::acme
