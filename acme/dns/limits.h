// Hard limits towards a DNS server, each with its reason (house rule 17); a server may be slow, broken or lying, and anybody
// on the way can send what looks like its answer.
#pragma once

#include <cstddef>

#include "server/base/clock.h"

namespace postern::limits {

// What is read.
inline constexpr std::size_t kDnsUdp = 1232;        // offered by EDNS0: no fragments on any IPv6 path (DNS flag day 2020)
inline constexpr std::size_t kDnsTcp = 16384;       // a set of CAA or TXT records has hundreds of bytes, a broken one 65535
inline constexpr std::size_t kDnsRecords = 256;     // of a message, all sections; real ones have under 30
inline constexpr std::size_t kDnsTexts = 16384;     // bytes of text kept from an answer
inline constexpr std::size_t kDnsName = 255;        // RFC 1035 section 2.3.4, on the wire
inline constexpr std::size_t kDnsLabel = 63;        // likewise
inline constexpr int kDnsPointers = 32;             // followed in one name; they may only lead backwards besides
inline constexpr std::size_t kDnsAliases = 16;      // of a CNAME chain; resolvers themselves give up after 8 to 16
inline constexpr std::size_t kResolvConf = 65536;   // bytes of /etc/resolv.conf
inline constexpr std::size_t kDnsServers = 3;       // MAXNS of resolv.conf(5)

// How long is asked.
inline constexpr Millis kDnsTry = Millis(3000);     // one server, one try, unless resolv.conf has `options timeout`
inline constexpr Millis kDnsMostTry = Millis(10000);
inline constexpr int kDnsAttempts = 2;              // rounds over the servers, as resolv.conf(5) has it
inline constexpr int kDnsMostAttempts = 5;
inline constexpr Millis kDnsTotal = Millis(15000);  // one question, whatever the servers do
inline constexpr int kDnsStrays = 64;               // packets that answer no question of ours, read in one try

}  // namespace postern::limits
