// What is remembered of a certificate between runs: its last attempts, when the next one may start, what went wrong, what
// the CA said of its renewal, and an order under way. Plain values and their text form on disk. Used by the store and by acme's status.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/base/secret.h"

namespace postern::acme {

struct Problem {
    std::string type;    // "connection", "rateLimited", "transport", "certificate", "disk" ...: short, stable
    std::string detail;  // what was seen, with the CA's own words
    std::string advice;  // what the owner can do
};

struct Attempt {
    WallTime start{};
    WallTime end{};
    bool ok = false;
    std::string said;    // what the CA said, or where it failed
    int generation = 0;  // installed, 0: none
};

// When the CA wants the certificate renewed (RFC 9773), and the moment in that window that was drawn.
struct AriWindow {
    WallTime start{}, end{}, moment{};
    std::string explanation;  // URL, may be empty
};

// Apart from the job, which is long and need not be written anew for each answer (flash wear).
struct RenewalWord {
    std::string id;  // of the certificate that was asked about; of another one nothing of this counts
    std::optional<AriWindow> window;
    std::optional<WallTime> next;  // the CA is asked again then
};

struct Job {
    static constexpr std::size_t kAttempts = 32;
    static constexpr std::size_t kRevoked = 8;   // twice the generations that are kept; of uploaded ones too
    // Bytes of `said` kept, of one attempt and of all: 32 attempts stay a small file (flash wear). The oldest lose theirs
    // first, but for the beginning.
    static constexpr std::size_t kSaid = 160, kSaidInAll = 1600, kSaidAtLeast = 24;

    std::string wanted;               // what was configured then: a change starts afresh
    std::string issued_by;            // directory of the CA that the certificate in use came from; empty: not known
    std::string issued_for;           // `wanted` as it was when that certificate came; empty: not known
    std::string warning;              // of the certificate in use, for its owner
    int failures = 0;                 // runs in a row that reached the CA and failed
    std::optional<WallTime> next;     // not before this, by our own table
    std::optional<WallTime> hold;     // not before this, because the CA asked for it
    std::optional<Problem> problem;   // cleared by success
    bool held = false;                // nothing is ordered until it is by force: its owner has revoked or deleted it
    std::vector<std::string> revoked; // fingerprints of certificates that must not serve again, at most kRevoked
    std::vector<std::string> uploaded;  // fingerprints of what its owner brought, written before it serves; as many
    std::string from_files;           // fingerprint of the one in use, if files of its owner brought it; empty: they did not
    std::string uploading;            // fingerprint of the one that is about to be installed; empty: none
    std::vector<Attempt> attempts;    // oldest first, at most kAttempts

    void add(Attempt attempt);
    void add_revoked(std::string fingerprint);
    bool is_revoked(std::string_view fingerprint) const;
    void add_uploaded(std::string fingerprint);
    bool is_uploaded(std::string_view fingerprint) const;
};

// An order under way and the key that its certificate will have: after a crash the download is repeated, not the order.
struct PendingOrder {
    std::string wanted;  // as Job::wanted
    std::string url;
    WallTime made{};
    Secret key_pem;
};

struct AccountRecord {
    std::string directory;  // the CA it was made with
    std::string url;        // the kid of every request
    std::string key;        // thumbprint of its key: with another key it is no account of ours
};

// When each of the ledger's buckets is full again (acme/policy/ledger.h).
using FullAt = std::map<std::string, WallTime>;

std::string to_text(const Job& job);
std::string to_text(const RenewalWord& word);
std::string to_text(const AccountRecord& account);
Secret to_text(const PendingOrder& order);
// kRefuse: not written by us, or damaged. Never throws.
Result<Job> job_from(std::string_view text);
Result<RenewalWord> renewal_word_from(std::string_view text);
Result<AccountRecord> account_from(std::string_view text);
Result<PendingOrder> pending_from(std::string_view text);
// The last good time, a line of RFC 3339; nothing: no date.
std::optional<WallTime> good_time_from(std::string_view text);
std::string to_text(const FullAt& full);
Result<FullAt> full_at_from(std::string_view text);

}  // namespace postern::acme
