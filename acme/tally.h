// What acme has done since the program started, counted for who watches it: renewals, and requests to CAs. Thread-safe; locks, but
// acme's thread is in no hurry. Looks of the preflight at a CA are not among them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

#include "acme/protocol/transport.h"
#include "acme/wanted.h"

namespace postern::acme {

class Tally {
public:
    static constexpr std::size_t kMost = 1024;  // different ones of a kind that are remembered; more are not counted

    struct Renewals {
        std::uint64_t ok = 0, failed = 0;
    };
    struct Request {
        std::string ca;    // as CaSettings::name
        std::string kind;  // "newOrder", "directory" ...
        int status = 0;    // of the reply; 0: none came
        friend bool operator<(const Request& a, const Request& b) {
            return std::tie(a.ca, a.kind, a.status) < std::tie(b.ca, b.kind, b.status);
        }
    };

    void renewal(const std::string& certificate, bool ok);  // a dry run is none
    void request(const Request& request);
    std::map<std::string, Renewals> renewals() const;  // by certificate
    std::map<Request, std::uint64_t> requests() const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, Renewals> renewals_;
    std::map<Request, std::uint64_t> requests_;
};

using ConnectTo = std::function<std::unique_ptr<Transport>(const CaSettings&)>;

// As `connect`, and each exchange is counted. `tally` outlives what it makes.
ConnectTo counted(ConnectTo connect, Tally& tally);

}  // namespace postern::acme
