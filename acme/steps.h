// What goes in and out of one run for one certificate: plain values between the engine (acme/engine.h), which decides, and
// the run (acme/run.h), which carries out.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "acme/policy/ledger.h"
#include "acme/protocol/challenge_type.h"
#include "acme/protocol/directory.h"
#include "acme/protocol/jws.h"
#include "acme/protocol/nonces.h"
#include "acme/protocol/transport.h"
#include "acme/store/job.h"

namespace postern::acme {

struct Facts {
    WallTime wall{};
    SteadyTime steady{};
};

struct RunTask {
    std::vector<std::string> names;
    std::string directory_url;
    std::string email;
    bool agree_tos = false;
    ExternalAccount external;
    std::vector<ChallengeType> challenges;  // in order of preference
    std::vector<std::string> profiles;      // likewise; none: the CA's own choice
    std::string preferred_chain;            // common name of a root; empty: the first chain
    std::string order_url;  // of an order left over from an earlier run, with
    std::string csr;        // the request (DER) for its key; both or none
    std::string replaces;   // RFC 9773 section 5; empty: nothing
};

// What certificates of one CA share during one pass.
struct CaSession {
    std::optional<Directory> directory;
    Nonces nonces;
    std::string account_url;  // empty: not known
};

struct RunFailure {
    Problem problem;
    bool permanent = false;             // only a person can mend it
    bool reached_ca = false;
    std::optional<Seconds> retry_after; // what the CA asked for
    bool keep_order = false;            // the order may still give the certificate
    bool order_gone = false;            // it cannot, whatever else is said here
};

// Something that counts against the CA's limits has happened.
struct Charge {
    Spent what;
    std::string name;  // of kFailure
};

// What the run is to do. After Call comes take(), after MakeKey key_made(), after a PutUp that failed not_put_up(), after an
// AskLeave that was refused no_leave(); after all others simply next() again.
struct Call {
    HttpRequest request;
    std::string what;  // "newOrder": for the log
};
struct Pause {
    Millis least{0};
    std::optional<WallTime> until;  // a date that the CA gave
};
struct Note {  // something that an owner would like to see happen: a log event and its words
    std::string event, text;
    bool trouble = false;  // a warning
};
struct HangUp {  // a token of http-01, before the CA is told to look for it
    std::string token, key_authorization, name;
};
struct PutUp {  // a certificate for tls-alpn-01, likewise
    std::string name, key_authorization;
};
struct KeepAccount {  // store it
    std::string url;
};
struct MakeKey {  // make a key, store it with the order
    std::string order_url;
};
struct AskLeave {};  // for a new order, in the place of one left over from an earlier run that has gone bad
struct Finished {
    std::string chain;  // PEM, CERTIFICATE blocks only, LF; not yet checked beyond that
};
using Next = std::variant<Call, Pause, Note, HangUp, PutUp, KeepAccount, MakeKey, AskLeave, Finished, RunFailure>;

}  // namespace postern::acme
