#include "firmware/admin/access_desk.h"

#include <algorithm>
#include <utility>

#include "firmware/access/password_rules.h"

namespace postern::admin {

using access::Match;
using access::PasswordHash;
using Outcome = Admitted::Outcome;

namespace {

// A login that began before a change of password, or before its own hash was made anew, is judged by what is in force after it.
constexpr int kJudgements = 3;

Admitted only(Outcome outcome, std::string why = {}) {
    Admitted admitted;
    admitted.outcome = outcome;
    admitted.why = std::move(why);
    return admitted;
}

Admitted slowly(Seconds wait) {
    Admitted admitted;
    admitted.outcome = Outcome::kSlowly;
    admitted.wait = wait;
    return admitted;
}

}  // namespace

void AccessDesk::verify(const std::string& peer, const std::shared_ptr<Secret>& password, int tries_left, const Done& judged) {
    const auto hash = parts_.account.in_force();
    if (!hash) {
        parts_.gate.was_untried(peer);
        return judged(only(Outcome::kNotNow, "No password is set yet."));
    }
    auto done = [this, peer, password, tries_left, judged, hash = *hash](Match match) {
        if (match == Match::kStopped) {
            parts_.gate.was_untried(peer);
            return judged(only(Outcome::kBusy));
        }
        if (match == Match::kWrong) return judged(only(Outcome::kWrong));
        if (parts_.account.in_force() != hash) {
            if (tries_left > 1) return verify(peer, password, tries_left - 1, judged);
            return judged(only(Outcome::kBusy));
        }
        parts_.gate.was_right(peer);
        judged(only(Outcome::kIn));
    };
    if (parts_.desk.verify(Secret(std::string(password->view())), *hash, std::move(done))) return;
    parts_.gate.was_untried(peer);
    judged(only(Outcome::kBusy));
}

Admitted AccessDesk::let_in(const std::string& peer) {
    Admitted admitted;
    admitted.outcome = Outcome::kIn;
    admitted.opened = parts_.sessions.open(peer);
    return admitted;
}

void AccessDesk::log_in(std::string_view peer, const std::string& before, Secret password, const Done& done) {
    if (const auto turn = parts_.gate.ask(peer); !turn.granted) return done(slowly(turn.wait));
    std::string from(peer);
    verify(from, std::make_shared<Secret>(std::move(password)), kJudgements, [this, from, before, done](Admitted admitted) {
        if (admitted.outcome == Outcome::kWrong) note_wrong(from);
        if (admitted.outcome != Outcome::kIn) return done(std::move(admitted));
        Admitted in = let_in(from);
        parts_.sessions.end(before);
        note(in.opened->session, "login", "", "ok");
        done(std::move(in));
    });
}

void AccessDesk::confirm(std::string_view peer, const std::string& token, Secret password, const Done& done) {
    if (const auto turn = parts_.gate.ask(peer); !turn.granted) return done(slowly(turn.wait));
    std::string from(peer);
    verify(from, std::make_shared<Secret>(std::move(password)), kJudgements, [this, from, token, done](Admitted admitted) {
        if (admitted.outcome == Outcome::kWrong) note_wrong(from);
        if (admitted.outcome == Outcome::kIn) {
            admitted.opened = parts_.sessions.confirm(token);
            if (!admitted.opened) return done(only(Outcome::kNotNow, "The session is over meanwhile; log in again."));
        }
        done(std::move(admitted));
    });
}

// Hashes, then stores; `store` runs on the desk's thread.
void AccessDesk::make(Secret password, const Done& done, std::function<Admitted(const PasswordHash&)> store) {
    auto made = [done, store = std::move(store)](std::optional<PasswordHash> hash) {
        done(hash ? store(*hash) : only(Outcome::kBusy));
    };
    if (!parts_.desk.make(std::move(password), std::move(made))) done(only(Outcome::kBusy));
}

void AccessDesk::set_up(std::string_view peer, std::string_view token, Secret password, const Done& done) {
    if (!parts_.account.wants_setup()) return done(only(Outcome::kNotNow, "This device is set up already; log in."));
    if (const auto turn = parts_.gate.ask(peer); !turn.granted) return done(slowly(turn.wait));
    std::string from(peer);
    if (!parts_.is_setup_token(token)) {
        note_wrong(from);
        return done(only(Outcome::kWrong));
    }
    parts_.gate.was_right(from);
    if (const auto fit = access::check_new_password(password.view(), parts_.own_names()); !fit)
        return done(only(Outcome::kUnfit, fit.error().text()));
    make(std::move(password), done, [this, from](const PasswordHash& fresh) {
        const auto stored = parts_.account.set_first_password(fresh, parts_.clock.wall());
        if (!stored && stored.error().kind() == ErrorKind::kRefuse) return only(Outcome::kNotNow, stored.error().text());
        if (!stored) return only(Outcome::kNotStored, stored.error().text());
        parts_.set_up();
        Admitted in = let_in(from);
        note(in.opened->session, "set-up", "password", "ok");
        return in;
    });
}

void AccessDesk::change(std::string_view peer, const std::string& who, Secret old, Secret fresh, const Done& done) {
    if (const auto fit = access::check_new_password(fresh.view(), parts_.own_names()); !fit)
        return done(only(Outcome::kUnfit, fit.error().text()));
    if (const auto turn = parts_.gate.ask(peer); !turn.granted) return done(slowly(turn.wait));
    std::string from(peer);
    auto next = std::make_shared<Secret>(std::move(fresh));
    verify(from, std::make_shared<Secret>(std::move(old)), kJudgements, [this, from, who, next, done](Admitted admitted) {
        if (admitted.outcome == Outcome::kWrong) note_wrong(from);
        if (admitted.outcome != Outcome::kIn) return done(std::move(admitted));
        make(std::move(*next), done, [this, from, who](const PasswordHash& hash) {
            if (const auto stored = parts_.account.set_password(hash, parts_.clock.wall()); !stored)
                return only(Outcome::kNotStored, stored.error().text());
            parts_.sessions.end_all();
            Admitted in = let_in(from);
            access::Session by = in.opened->session;
            by.id = who;
            note(by, "password", "", "changed");
            return in;
        });
    });
}

void AccessDesk::replace(Secret fresh, const Done& done) {
    if (const auto fit = access::check_new_password(fresh.view(), parts_.own_names()); !fit)
        return done(only(Outcome::kUnfit, fit.error().text()));
    make(std::move(fresh), done, [this](const PasswordHash& hash) {
        if (const auto stored = parts_.account.set_password(hash, parts_.clock.wall()); !stored)
            return only(Outcome::kNotStored, stored.error().text());
        parts_.set_up();
        parts_.sessions.end_all();
        note({"-", "control.sock", parts_.clock.wall(), true}, "password", "", "changed");
        return only(Outcome::kIn);
    });
}

bool AccessDesk::is_open(const access::Session& who) {
    const auto open = parts_.sessions.all();
    return std::any_of(open.begin(), open.end(), [&](const access::Session& one) { return one.id == who.id; });
}

void AccessDesk::log_out(std::string_view token) {
    const auto session = parts_.sessions.find(token);
    if (session && parts_.sessions.end(token)) note(*session, "logout", "", "ok");
}

void AccessDesk::note(const access::Session& who, std::string_view action, std::string_view object, std::string_view outcome) {
    access::AuditEntry entry{{}, who.id, who.peer, std::string(action), std::string(object), std::string(outcome)};
    const bool taken = parts_.office.put([this, entry] { parts_.audit.add(entry); });
    if (!taken) parts_.log.warn("audit.lost", {{"action", action}, {"object", object}, {"session", who.id}});
}

void AccessDesk::note_wrong(const std::string& peer) {
    parts_.audit.count_wrong_login(peer);
    const bool taken = parts_.office.put([this] { parts_.audit.settle(); });
    (void)taken;  // it stays counted, and is written with the next
}

}  // namespace postern::admin
