#include "acme/run.h"

#include <algorithm>

#include "server/crypto/cert_making.h"
#include "server/crypto/csr.h"

namespace postern::acme {

namespace {

class Run {
public:
    Run(const RunParts& parts, const WantedCert& wanted, const OrderMarks& marks, CaSession& session,
        const AccountKey& account, Transport& transport)
        : parts_(parts), wanted_(wanted), marks_(marks), session_(session), account_(account), transport_(transport) {}
    ~Run() {
        for (const std::string& token : tokens_) parts_.board.withdraw(token);
        for (const std::string& name : put_up_) parts_.board.withdraw_pair(name);
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    RunResult go(std::optional<PendingOrder> pending);

private:
    Facts facts() const { return {parts_.clock.wall(), parts_.clock.steady()}; }
    RunTask task(std::optional<PendingOrder> pending);
    // Each does what the engine asked for; false: stop.
    bool carry_out(Engine& engine, const Call& call);
    void charge(Engine& engine);
    bool carry_out(const Pause& pause);
    bool carry_out(const Note& note);
    bool carry_out(const HangUp& token);
    bool carry_out(Engine& engine, const PutUp& proof);
    bool carry_out(const KeepAccount& account);
    std::optional<crypto::PrivateKey> kept_key();
    Result<std::string> make_key(const MakeKey& order);

    const RunParts& parts_;
    const WantedCert& wanted_;
    const OrderMarks& marks_;
    CaSession& session_;
    const AccountKey& account_;
    Transport& transport_;
    std::vector<std::string> tokens_, put_up_;
    Secret key_;
    bool key_made_ = false;
};

// A left-over order whose key cannot be used any more is no order.
RunTask Run::task(std::optional<PendingOrder> pending) {
    RunTask task;
    task.names = wanted_.names;
    task.directory_url = wanted_.ca.directory_url;
    task.email = wanted_.ca.email;
    task.agree_tos = wanted_.ca.agree_tos;
    task.external = wanted_.ca.external;
    task.challenges = wanted_.challenges;
    task.profiles = wanted_.profiles;
    task.preferred_chain = wanted_.preferred_chain;
    task.replaces = marks_.replaces;
    if (!pending) return task;
    auto key = crypto::PrivateKey::from_pem(pending->key_pem.view());
    auto csr = key ? crypto::make_csr(*key, wanted_.names) : Result<std::string>(std::move(key).error());
    if (!csr) return task;
    task.order_url = pending->url;
    task.csr = std::move(csr).value();
    key_ = std::move(pending->key_pem);
    return task;
}

RunResult Run::go(std::optional<PendingOrder> pending) {
    Engine engine(task(std::move(pending)), session_, account_);
    while (true) {
        Next next = engine.next(facts());
        bool on = true;
        if (auto* call = std::get_if<Call>(&next)) {
            on = carry_out(engine, *call);
        } else if (auto* pause = std::get_if<Pause>(&next)) {
            on = carry_out(*pause);
        } else if (auto* note = std::get_if<Note>(&next)) {
            on = carry_out(*note);
        } else if (auto* token = std::get_if<HangUp>(&next)) {
            on = carry_out(*token);
        } else if (auto* proof = std::get_if<PutUp>(&next)) {
            on = carry_out(engine, *proof);
        } else if (auto* keep = std::get_if<KeepAccount>(&next)) {
            on = carry_out(*keep);
        } else if (auto* make = std::get_if<MakeKey>(&next)) {
            engine.key_made(make_key(*make));
        } else if (std::holds_alternative<AskLeave>(next)) {
            if (auto refused = parts_.refuse ? parts_.refuse() : std::nullopt) engine.no_leave(std::move(*refused));
        } else if (auto* finished = std::get_if<Finished>(&next)) {
            return Issued{std::move(finished->chain), std::move(key_)};
        } else {
            charge(engine);
            return std::get<RunFailure>(std::move(next));
        }
        if (!on) return Stopped{};
    }
}

bool Run::carry_out(Engine& engine, const Call& call) {
    const SteadyTime before = parts_.clock.steady();
    auto reply = transport_.exchange(call.request);
    const ExchangeFault fault = reply ? ExchangeFault{} : transport_.fault();
    if (!parts_.pauser.sleep_until(before)) return false;  // stopped: what came back is no verdict on the CA
    parts_.log.debug("acme.exchange", {{"certificate", wanted_.name},
                                       {"what", call.what},
                                       {"status", reply ? reply->status : 0},
                                       {"ms", static_cast<long long>((parts_.clock.steady() - before).count())}});
    engine.take(reply, fault, facts());
    charge(engine);
    return true;
}

void Run::charge(Engine& engine) {
    for (const Charge& charge : engine.take_charges())
        if (parts_.charge) parts_.charge(charge);
}

// A date is waited for to its second, not to the length it had when it was read: it may be up to a second nearer.
bool Run::carry_out(const Pause& pause) {
    constexpr Millis kGlance(50);
    const SteadyTime end = parts_.clock.steady() + pause.least;
    while (parts_.clock.steady() < end) {
        SteadyTime then = end;
        if (pause.until) {
            const long long left = (*pause.until - parts_.clock.wall()).count();
            if (left <= 0) return true;
            then = std::min(end, parts_.clock.steady() + (left > 1 ? Millis(Seconds(left - 1)) : kGlance));
        }
        if (!parts_.pauser.sleep_until(then)) return false;
    }
    return parts_.pauser.sleep_until(end);
}

bool Run::carry_out(const Note& note) {
    const LogLevel level = note.trouble ? LogLevel::kWarn : LogLevel::kInfo;
    parts_.log.event(level, note.event, {{"certificate", wanted_.name}, {"text", note.text}});
    if (parts_.step) parts_.step(wanted_.name, note.text);
    return true;
}

bool Run::carry_out(const HangUp& token) {
    if (std::find(tokens_.begin(), tokens_.end(), token.token) == tokens_.end()) tokens_.push_back(token.token);
    parts_.board.post(token.token, token.key_authorization);
    return true;
}

bool Run::carry_out(Engine& engine, const PutUp& proof) {
    auto pair = crypto::make_challenge_pair(proof.name, proof.key_authorization, parts_.clock.wall(), parts_.random);
    if (!pair) {
        engine.not_put_up(pair.error());
        return true;
    }
    if (std::find(put_up_.begin(), put_up_.end(), proof.name) == put_up_.end()) put_up_.push_back(proof.name);
    parts_.board.post_pair(proof.name, std::move(*pair));
    return true;
}

// Not kept is no disaster: the same key finds the same account again.
bool Run::carry_out(const KeepAccount& account) {
    auto saved = parts_.store.save_account(wanted_.ca.name, {wanted_.ca.directory_url, account.url, account_.thumbprint()});
    if (!saved) parts_.log.warn("acme.store", {{"what", "account"}, {"problem", saved.error().text()}});
    return true;
}

// The key of the certificate that is renewed, where it is wanted again and can be used: once, for one that the CA would
// not take the first time is not taken the second (badCSR). Never one that was uploaded: who knows who else has it.
std::optional<crypto::PrivateKey> Run::kept_key() {
    if (!wanted_.reuse_key || !marks_.own_key || key_made_) return std::nullopt;
    auto live = parts_.store.archive().live(wanted_.name);
    if (!live || !*live) return std::nullopt;
    auto pair = parts_.store.archive().read(wanted_.name, **live);
    auto key = pair ? crypto::PrivateKey::from_pem(pair->key.view()) : Result<crypto::PrivateKey>(std::move(pair).error());
    if (!key || key->type() != wanted_.key_type) return std::nullopt;
    return std::move(*key);
}

Result<std::string> Run::make_key(const MakeKey& order) {
    auto kept = kept_key();
    key_made_ = true;
    TRY(crypto::PrivateKey key, kept ? std::move(*kept) : crypto::PrivateKey::generate(wanted_.key_type));
    TRY(Secret pem, key.to_pem());
    PendingOrder pending{marks_.digest, order.order_url, parts_.clock.wall(), Secret(std::string(pem.view()))};
    if (marks_.keep) TRY_VOID(parts_.store.save_pending(wanted_.name, pending));
    key_ = std::move(pem);
    return crypto::make_csr(key, wanted_.names);
}

}  // namespace

RunResult run_order(const RunParts& parts, const WantedCert& wanted, const OrderMarks& marks, CaSession& session,
                    const AccountKey& account, Transport& transport, std::optional<PendingOrder> pending) {
    return Run(parts, wanted, marks, session, account, transport).go(std::move(pending));
}

}  // namespace postern::acme
