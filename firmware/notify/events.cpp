#include "firmware/notify/events.h"

#include <algorithm>

#include "firmware/notify/words.h"

namespace postern::notify {

namespace {

// A reminder that lies in the future was dated by a clock that was wrong.
bool is_due(const Told& told, WallTime now) { return now - told.last >= kReminder || told.last > now + kReminder; }

bool is_public(const acme::CertStatus& status) {
    return status.kind != "self-signed" && status.facts && (status.rung == acme::Rung::kPublic || status.rung == acme::Rung::kPrevious);
}

// When the monitor would begin to warn; not while its renewal is yet to come, for then nothing is late.
WallTime warning_begins(const acme::CertStatus& status) {
    const auto life = status.facts->not_after - status.facts->not_before;
    return std::max(status.facts->not_after - life / kWarningPart, status.renew_after.value_or(WallTime{}));
}

class Looker {
public:
    Looker(const Choice& choice, WallTime now, const std::string& host, Look& out) : choice_(choice), now_(now), host_(host), out_(out) {}

    void look_at(const acme::CertStatus& status, Known& known, bool is_new) {
        const bool renewed = !is_new && is_public(status) && status.generation > known.generation;
        if (status.kind == "self-signed") known.failure.reset(), known.expiry.reset();
        const bool mended = status.kind == "files" && !status.last_problem && known.failure;  // the old ones are back
        if (renewed || mended) tell_end(status, known);
        if (status.last_problem && choice_.failure && status.kind != "self-signed") remind(status, "failure", known.failure);
        if (is_public(status) && choice_.expiry) look_at_life(status, known);
        out_.changed = out_.changed || is_new || known.generation != status.generation;
        known.generation = status.generation;
    }

private:
    // One message says that all is well again, whatever was told before.
    void tell_end(const acme::CertStatus& status, Known& known) {
        if (known.failure && choice_.failure && !status.last_problem) say(status, "failure", true, known.failure->since);
        else if (known.expiry && choice_.expiry) say(status, "expiry", true, known.expiry->since);
        else if (choice_.renewed) say(status, "renewed", false, now_);
        known.failure.reset();
        known.expiry.reset();
    }

    void look_at_life(const acme::CertStatus& status, Known& known) {
        const WallTime begins = warning_begins(status);
        if (now_ >= begins && status.state != acme::CertState::kRenewing) remind(status, "expiry", known.expiry);
        else look_again(std::max(begins, now_ + Seconds(60)));
    }

    void remind(const acme::CertStatus& status, const char* event, std::optional<Told>& told) {
        if (!told || is_due(*told, now_)) {
            const WallTime since = told && told->since <= now_ ? told->since : now_;
            told = Told{since, now_};
            say(status, event, false, since);
        }
        look_again(told->last + kReminder);
    }

    void say(const acme::CertStatus& status, const char* event, bool over, WallTime since) {
        out_.messages.push_back(message_about(status, event, over, since, now_, host_));
        out_.changed = true;
    }

    void look_again(WallTime when) { out_.next = std::min(out_.next.value_or(when), when); }

    const Choice& choice_;
    WallTime now_;
    const std::string& host_;
    Look& out_;
};

}  // namespace

Choice Choice::of(const std::vector<std::string>& words) {
    const auto has = [&](const char* word) { return std::find(words.begin(), words.end(), word) != words.end(); };
    return {has("failure"), has("expiry"), has("renewed")};
}

Look look(const acme::StatusSnapshot& status, const Choice& choice, AllKnown& known, WallTime now, const std::string& host) {
    Look out;
    if (!status.clock_sane) return out;
    Looker looker(choice, now, host, out);
    AllKnown still;
    for (const acme::CertStatus& one : status.certificates) {
        const auto before = known.find(one.name);
        Known& now_known = still[one.name];
        if (before != known.end()) now_known = before->second;
        looker.look_at(one, now_known, before == known.end());
    }
    out.changed = out.changed || still.size() != known.size();
    known = std::move(still);
    return out;
}

}  // namespace postern::notify
