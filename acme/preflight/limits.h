// Hard limits of a look before an order, each with its reason (house rule 17): a person waits for it, and a router has
// little to spare.
#pragma once

#include <cstddef>

#include "server/base/clock.h"

namespace postern::limits {

inline constexpr Millis kPreflightTotal = Millis(50000);  // then what is left is told as not tried; a person waits a minute
inline constexpr Millis kPreflightFetch = Millis(4000);   // one connection: a CA itself waits 10 s, a good one answers in 0.2
inline constexpr Millis kPreflightCa = Millis(12000);     // its directory: two tries of TCP and a slow TLS
inline constexpr std::size_t kPreflightAddresses = 4;     // of one name and family; balancers have two or three
inline constexpr std::size_t kPreflightAnswer = 8192;     // bytes read of an answer: ours has 300
inline constexpr int kPreflightDeafDns = 2;               // questions without an answer in a row: the rest is not asked
inline constexpr Seconds kProbeLife = Seconds(600);       // as the contract has it
inline constexpr std::size_t kProbes = 8;                 // that hang at one time
inline constexpr std::size_t kProbeVisits = 256;          // remembered of one

}  // namespace postern::limits
