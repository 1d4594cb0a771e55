// A CA in memory (RFC 8555) for tests of the ACME client: checks every request, issues real certificates, misbehaves as told.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/base/json.h"
#include "acme/protocol/transport.h"
#include "tests/fakes/board.h"
#include "tests/fakes/ca_manners.h"
#include "tests/fakes/fake_clock.h"

namespace postern::fakes {

class ScriptedCa : public CaManners {
public:
    ScriptedCa(FakeClock& clock, Board& board) : clock_(clock), board_(board) {}

    static constexpr const char* kDirectory = "https://ca.example/dir";
    // Instead of an answer: `nth` (from 1) counts requests of that kind, as kind_of() names them.
    using Instead = std::function<std::optional<Result<acme::HttpReply>>(const std::string& kind, int nth)>;
    using Change = std::function<void(const std::string& kind, int nth, acme::HttpReply& reply)>;
    Instead instead;
    Change change;
    Result<acme::HttpReply> answer(const acme::HttpRequest& request);
    void count_anew() { asked.clear(), counts_.clear(); }
    void forget_accounts() { accounts_.clear(); }
    static acme::HttpReply problem(int status, const std::string& type, const std::string& detail = "because");

    struct Revocation {
        std::string fingerprint;
        int reason = 0;
        bool by_own_key = false;  // not by an account
    };
    std::vector<Revocation> revoked;

    std::vector<std::string> asked;   // kinds, in order
    std::vector<std::string> faults;  // what a client did wrong: empty at the end of every test
    std::vector<std::string> answered;  // the types of the challenges that were, in order
    std::vector<std::string> deactivated;  // names whose authorization was given back
    int issued = 0;                   // certificates
    std::vector<std::string> replaced;  // of each order, empty: none
    std::vector<std::string> ordered_profiles;  // likewise
    std::string ari_path;               // the last that was asked for
    TestCa issuer{"Scripted"};
    int count(const std::string& kind) const;

private:
    struct Order {
        std::vector<std::string> names;
        std::vector<int> authz;
        std::string status = "pending", certificate, alternate;
        int polls = 0;
    };
    struct Authz {
        std::string name, status = "pending", token;
    };
    struct Signed {
        std::string url, kid, thumbprint, payload;  // thumbprint: of the jwk, where there is one
        std::string jwk;                            // as JSON, for the same
    };

    std::string kind_of(const acme::HttpRequest& request) const;
    acme::HttpReply serve(const std::string& kind, const acme::HttpRequest& request);
    acme::HttpReply posted(const std::string& kind, const acme::HttpRequest& request);
    std::optional<Signed> read(const acme::HttpRequest& request, acme::HttpReply& refusal);
    acme::HttpReply new_account(const Signed& jws);
    bool is_bound(const Json& payload, const Signed& jws);
    acme::HttpReply new_order(const Signed& jws);
    acme::HttpReply poll(Order& order, std::size_t number);
    acme::HttpReply show(const Order& order, std::size_t number, int status);
    acme::HttpReply show(const Authz& authz, std::size_t number);
    acme::HttpReply validate(std::size_t number, const std::string& type);
    static std::string token_of(const Authz& authz, const std::string& type);
    bool hangs(const Authz& authz, const std::string& type) const;
    acme::HttpReply finalize(const Signed& jws, std::size_t number);
    acme::HttpReply revoke(const Signed& jws);
    std::string fresh_nonce();
    void wrong(const std::string& what) { faults.push_back(what); }

    FakeClock& clock_;
    Board& board_;
    std::map<std::string, int> counts_;
    std::set<std::string> nonces_, accounts_;
    std::string thumbprint_;  // of the account that was made last
    std::vector<Order> orders_;
    std::vector<Authz> authz_;
    unsigned serial_ = 0;
};

// What the client holds of it: connections come and go, the CA stays. Time passes with each exchange.
class ScriptedTransport final : public acme::Transport {
public:
    ScriptedTransport(ScriptedCa& ca, FakeClock& clock) : ca_(ca), clock_(clock) {}
    Result<acme::HttpReply> exchange(const acme::HttpRequest& request) override {
        clock_.advance(Millis(20));
        if (cancelled_) return Error::retry("called off");
        return ca_.answer(request);
    }
    void cancel() override { cancelled_ = true; }

private:
    ScriptedCa& ca_;
    FakeClock& clock_;
    std::atomic<bool> cancelled_{false};
};

}  // namespace postern::fakes
