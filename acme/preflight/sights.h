// What the outside shows: plain values between those who look (outside.h) and those who judge (judge_*.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "acme/policy/ledger.h"
#include "server/base/clock.h"

namespace postern::acme::preflight {

// One certificate that is to be ordered.
struct Case {
    std::string certificate;
    std::vector<std::string> names;    // host names, "*.NAME", IP addresses
    std::vector<std::string> methods;  // challenge types in order of preference; not empty
    std::string directory_url;
    std::string ca_file;               // of the configuration; empty: the system's anchors
    std::string account_url;           // empty: there is no account yet
    bool has_external_account = false; // eab_kid and eab_hmac_key are configured
    Ledger::Order order;
};

// What came of one connection to fetch our own token.
struct Fetched {
    enum class What : unsigned char {
        kToken,    // our own answer
        kOther,    // an answer that is not ours
        kRefused,  // RST: nobody listens, or a firewall says no
        kSilent,   // no answer at all within the time
        kNoRoute,  // the network does not lead there
        kBroken,   // connected, and then nothing that could be understood; `detail` says what
        kNotTried, // there was no time left
    } what = What::kNotTried;
    int status = 0;      // of kOther, if it was HTTP
    std::string server;  // what it says it is, printable; empty: it does not say
    std::string detail;
};

// Where a name leads, for one of its addresses.
enum class Place : unsigned char {
    kOurs,          // an interface of this machine has it
    kBehindRouter,  // it may be a router's in front of us: we have private addresses only
    kElsewhere,     // we have a public address of this family, and it is not that one
    kNoFamily,      // we have no address of this family that leads anywhere
    kUnreachable,   // no public address: nobody outside gets there
};

struct Landing {
    std::string ip;  // 4 or 16 bytes
    Place place = Place::kOurs;
    Fetched plain, secure;  // ports 80 and 443, or what stands for them
};

// What DNS says of a name.
struct NameSight {
    std::string name;
    bool exists = true;           // NXDOMAIN to both questions: false
    std::string failure;          // a question that nobody answered; empty: both were
    std::vector<std::string> ips; // of both families
};

// One of our own listeners, as the look finds or opens it.
struct DoorSight {
    bool open = false;    // our answer hangs behind it
    bool taken = false;   // another program has the port
    std::string failure;  // why it is not open
    std::string holder;   // what the other program says it is, once it was asked
};

struct CaSight {
    std::string failure;        // empty: its directory was read over a verified chain
    std::string type;           // of the failure: "trust" "ca_file" "clock" "transport" "url" "directory"
    std::string trusts;         // the file of the anchors
    std::optional<WallTime> date;  // its own clock
    std::vector<std::string> caa_identities;
    bool external_account = false;  // it wants an account made beforehand
};

struct StateSight {
    std::string path;     // the state folder
    bool there = false;   // else it is made at the first start
    std::uint64_t free_bytes = 0;
    std::string failure;  // of a write that was tried; empty: it went well
    int number = 0;       // errno of it
    std::string user;     // whom the server becomes; empty: whoever runs this
};

}  // namespace postern::acme::preflight
