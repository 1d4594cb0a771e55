// What there is to know of the running server at one moment, as plain values: filled by the composition, written out by
// metrics/exposition. Counters begin with the program; maps, so that no series can be there twice.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "server/base/clock.h"

namespace postern::metrics {

struct Handshakes {
    std::uint64_t tls12 = 0, tls12_resumed = 0, tls13 = 0, tls13_resumed = 0, failed = 0;
};

struct Certificate {
    std::optional<WallTime> not_after, next_attempt;
    bool renewable = false;  // by a CA; its renewals are told even while there was none
    std::uint64_t renewed = 0, failed = 0;
};

struct AcmeRequest {
    std::string ca, kind;
    int status = 0;  // 0: no reply came
    friend bool operator<(const AcmeRequest& a, const AcmeRequest& b) {
        return std::tie(a.ca, a.kind, a.status) < std::tie(b.ca, b.kind, b.status);
    }
};

// What the system did not tell is left out.
struct Process {
    std::optional<WallTime> start_time;
    std::optional<std::uint64_t> cpu_ms, resident_bytes, open_fds, max_fds;
};

struct Snapshot {
    std::map<std::string, std::map<std::uint16_t, std::uint64_t>> answers;  // by site and status; 0: an unknown status
    Handshakes handshakes;
    std::map<std::string, std::uint64_t> connections;  // by what they are at
    std::uint64_t swaps = 0, state_bytes_written = 0;
    std::map<std::string, Certificate> certificates;
    std::map<AcmeRequest, std::uint64_t> acme_requests;
    Process process;
};

}  // namespace postern::metrics
