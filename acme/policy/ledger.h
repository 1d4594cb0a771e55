// The limits that a CA publishes, kept as token buckets of our own, so that no order runs into them and no mistake of a
// configuration locks a name out for a week. Pure; what is spent is remembered in ledger.json by acme/store.
//
// A bucket is one number: the moment at which it is full again. Taking a token moves it one interval (window / tokens)
// ahead; the bucket is empty when it lies a whole window ahead of now. One that is full needs no memory.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/clock.h"

namespace postern::acme {

struct Limit {
    int tokens = 0;  // of a full bucket; 0: no limit
    Seconds window{0};
    Seconds interval() const { return tokens > 0 ? window / tokens : Seconds(0); }
};

// Of one CA. RFC 8555 section 6.6 leaves them to the CA.
struct CaLimits {
    Limit accounts;         // new ones, for this machine's address
    Limit orders;           // for the account
    Limit same_names;       // certificates for exactly these names
    Limit same_domain;      // certificates for names of one registered domain; renewals of the same names are exempt
    Limit failures;         // failed authorizations of one name
};

// Those of Let's Encrypt and its staging, by the URL of the directory; all zero for others, which publish none.
CaLimits limits_of(std::string_view directory_url);

// Where a CA lets one try; empty: nowhere that we know of.
std::string_view staging_directory(std::string_view directory_url);

// A good guess without a list of public suffixes: the last two labels, or three where the last but one is short (co.uk).
std::string registered_domain(std::string_view name);

enum class Spent : unsigned char { kAccount, kOrder, kFailure, kCertificate };

class Ledger {
public:
    // Bucket name -> full again at. `full` as it was stored; what cannot be (further ahead than its window) is cut later.
    explicit Ledger(std::map<std::string, WallTime> full = {}) : full_(std::move(full)) {}

    struct Order {
        std::string directory_url;
        CaLimits limits;
        std::vector<std::string> names;
        bool renewal = false;      // a certificate for the same names is in use
        bool new_account = false;  // one has to be made first
    };
    struct Refusal {
        std::string limit;  // "5 certificates for the same names in 7 days"
        WallTime until{};   // from then on an order leaves a token over
    };
    struct State {  // of one limit, for those who look
        std::string directory_url;
        std::string limit;  // as in Refusal
        int left = 0, of = 0;
        std::optional<WallTime> next;  // when another token is there; nothing: none has been taken
    };
    // Nothing: the order may be placed, and each limit has a token left after it. The last one is for a human's --force.
    std::optional<Refusal> refuse(const Order& order, WallTime now) const;

    // Dates that lie further ahead than an empty bucket's were written by a clock that was wrong: from now on they count as
    // those of a bucket that is empty now. Taken so at each look alone, it would stay empty until that date. True: there
    // was one, and it is worth writing.
    bool mend(const Order& order, WallTime now);

    // What a run has spent. `name` is for kFailure. False: nothing that is limited, so nothing to be written.
    bool spend(Spent what, const Order& order, std::string_view name, WallTime now);

    // What these orders would be held to, each limit once: those of an account and of this machine always, those of names
    // and domains (a site may have a hundred) where something has been taken.
    std::vector<State> states(const std::vector<Order>& orders, WallTime now) const;

    // Buckets that are not full, at most kBuckets of them, the fullest left out.
    static constexpr std::size_t kBuckets = 256;
    std::map<std::string, WallTime> remembered(WallTime now) const;

private:
    struct Bucket {
        std::string key;
        Limit limit;
        std::string_view what;  // "certificates for names of "
        std::string of;         // a name or a domain; empty: `what` says it all
        std::string words() const;
    };
    static std::vector<Bucket> buckets_of(const Order& order);
    WallTime full_at(const Bucket& bucket, WallTime now) const;
    State state_of(const Bucket& bucket, WallTime now) const;
    void take(const Bucket& bucket, WallTime now);

    std::map<std::string, WallTime> full_;
};

}  // namespace postern::acme
