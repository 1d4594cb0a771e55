// Every hard limit in one place, each with its reason. A limit that an administrator may change has a key in the INI
// and only its default here.
#pragma once

#include <cstddef>
#include <cstdint>

#include "server/base/clock.h"

namespace postern::limits {

using namespace std::chrono_literals;

// Requests (RFC 9112 section 3 asks for at least 8000 bytes of request line).
inline constexpr std::size_t kRequestLine = 8192;
inline constexpr std::size_t kRequestHead = 16384;  // line and fields together: browsers send 2 kB, cookies up to 8
inline constexpr std::size_t kRequestFields = 100;  // nginx and Apache stop at 100
inline constexpr std::size_t kDrainBody = 65536;    // an unwanted body up to this is read and dropped, above: close
inline constexpr std::size_t kSmallBody = 16384;    // one that a handler wants is awaited up to this: a form; above, it is passed on
inline constexpr std::size_t kRanges = 16;          // parts of an answer: PDF readers ask for some ten
inline constexpr std::size_t kRequestsPerConnection = 10000;  // then Connection: close, so that no connection is for ever

// HTTP/2 (RFC 9113). What one connection may hold comes from these and from kRequestHead.
inline constexpr std::uint32_t kH2Streams = 100;      // at one time; RFC 9113 section 6.5.2 asks for no fewer
inline constexpr std::size_t kH2Memory = 262144;      // of nghttp2 for one connection: 100 streams take 60 kB
inline constexpr std::size_t kH2Held = 65536;         // requests that are not answered yet, heads and bodies, beside one body of full size
// HPACK's table of the peer stays at the 4096 bytes of RFC 9113 section 6.5.2: clients that do not hear of less (Go's before
// 1.20) would be cut off.
inline constexpr std::size_t kH2TableOut = 1024;
inline constexpr std::int32_t kH2Window = 131072;     // of a connection, for bodies that are passed on: two streams' worth wait here
inline constexpr std::size_t kH2Answers = 32;         // being sent: each holds a file or a page; who takes none gets no more
inline constexpr std::size_t kH2Open = 2;             // files and upstreams that a connection may hold whatever others do: a stream and a page
inline constexpr std::size_t kH2Acks = 64;            // that a peer has asked for and does not take
inline constexpr std::size_t kH2Settings = 16;        // in one frame; there are nine
inline constexpr std::size_t kH2Continuations = 32;  // kRequestHead in pieces of half a kilobyte (CVE-2024-28182)
inline constexpr std::uint64_t kH2Resets = 200;       // a page that is left resets all that it asked for: twice that at once,
inline constexpr std::uint64_t kH2ResetsPerSecond = 20;  // and this many from then on (CVE-2023-44487)
inline constexpr std::uint64_t kH2Glitches = 1000;    // what nghttp2 finds odd or malformed, and resets itself
inline constexpr unsigned kBlocksKept = 24;           // of each size, a loop: two pages' worth of requests, 100 kB at most
inline constexpr std::uint32_t kH2Requests = 100000;  // of one connection, so that none is for ever
inline constexpr double kH2Chatter = 1000;            // frames that carry no request nor part of one: so many at once,
inline constexpr double kH2ChatterPerSecond = 10;     // and so many more each second, and two for each piece of an answer
inline constexpr std::size_t kH2Piece = 512;          // of this size

// Time a client may take, absolute from the start of each phase: dawdling byte by byte gains nothing.
inline constexpr Millis kHandshakeTime = 10s;
inline constexpr Millis kHeaderTime = 10s;
inline constexpr Millis kBodyTime = 60s;
inline constexpr Millis kIdleTime = 60s;   // between requests; Chrome reuses within 60 s
inline constexpr Millis kDrainTime = 10s;  // after SIGTERM
inline constexpr Millis kLaterTime = 30s;  // for an answer that somebody else finds out: whoever does is quicker
inline constexpr Millis kStreamQuiet = 60s;  // of a live body: it says something more often, so its maker is gone
inline constexpr std::size_t kUploadPiece = 65536;  // of a body that is passed on, in each kBodyTime: 1 kB/s
inline constexpr Millis kSameComplaint = 60s;  // of the log, about what comes again and again
inline constexpr Millis kLingerTime = 2s;  // after a last answer, so that it is not lost to a RST

// How fast an answer is taken, by what the peer's kernel acknowledged. After each kPaceWindow it is judged: brisk, or slow
// and the first to go from a full house. A slow one must take kSlowBytes in each kSlowWindow, so that an answer of n bytes
// is over 30 s + n / (1.3 kB/s) after it began, and a peer that takes nothing in half a minute.
inline constexpr Millis kPaceWindow = 5s;
inline constexpr std::size_t kBriskBytes = 65536;  // in kPaceWindow: 13 kB/s, a bad mobile network
inline constexpr Millis kSlowWindow = 25s;
inline constexpr std::size_t kSlowBytes = 32768;   // in kSlowWindow: 10 kbit/s; GPRS gives the double
inline constexpr int kSlowCompared = 32;           // of the slow, when the slowest has to go: a full house stays quick

// Connections.
inline constexpr std::size_t kMaxPerClient = 256;  // a family behind one NAT stays under it
inline constexpr int kListenBacklog = 511;
inline constexpr int kAcceptsPerWake = 64;  // a flood of connects may not starve those already served
inline constexpr int kHandshakesPerTurn = 4;   // a millisecond each, until those who are served already have a turn
inline constexpr Millis kAcceptPause = 100ms;  // out of descriptors: a listener that cannot be accepted from would spin
inline constexpr Millis kReleaseTime = 2s;  // for the loops to let a listener go that is in the way of a new one
inline constexpr int kRoundsPerTurn = 8;  // buffers until the others of the loop have a turn: 256 kB sealed take about 1 ms
inline constexpr Millis kSleepAfter = 1s;  // idle for so long gives memory back; a page's requests follow each other faster
// Free memory goes back to the system when so many connections slept or closed, and not more often than that: it walks the heap.
inline constexpr std::size_t kFreedBeforeTrim = 64;
inline constexpr Millis kBetweenTrims = 5s;

// KeyUpdates of a TLS 1.3 peer without data between them: each costs him 27 bytes, and us a key.
inline constexpr unsigned kKeyUpdates = 32;

// Buffers that a loop shares among its connections. What a peer does not take of one, or says too soon, is kept for it: so
// they are no larger than speed asks for, which 128 kB did not raise (a gigabyte over TLS: 4.1 s of CPU with two records,
// 4.9 s with eight).
inline constexpr std::size_t kTlsRecord = 16384;         // RFC 8446 section 5.1
inline constexpr std::size_t kTlsRecordOverhead = 512;   // header, nonce, tag, and a ticket that may ride along
inline constexpr std::size_t kLoopInput = kTlsRecord + kTlsRecordOverhead;
inline constexpr std::size_t kLoopOutput = 2 * (kTlsRecord - 1);  // TLS 1.3 keeps a byte of each for its type
inline constexpr std::size_t kPlainPiece = 131072;  // of what is in memory anyway, without TLS: nothing is copied
inline constexpr std::size_t kLoopSealed = 2 * (kTlsRecord + kTlsRecordOverhead);

// Files served.
inline constexpr std::size_t kCachedFile = 131072;      // larger ones are read as they are sent
inline constexpr std::size_t kPackedFile = 65536;       // larger ones are not compressed here
inline constexpr std::size_t kCacheBytes = 4u << 20;    // per loop
inline constexpr std::size_t kCacheEntries = 512;
inline constexpr std::size_t kListed = 1000;            // names of a folder's page: about 2 ms on the loop, once a second
inline constexpr int kGzipLevel = 6;                    // see the figure in deflate_test: a file is packed on the loop thread
inline constexpr Millis kCacheTrust = 1s;               // a cached file is looked at again after this

// Log ring in RAM.
inline constexpr std::size_t kLogRing = 98304;          // some six hundred lines
inline constexpr std::size_t kLogLine = 2048;

// Access log: a buffer for each loop, some hundred lines.
inline constexpr std::size_t kAccessBuffer = 32768;
inline constexpr std::size_t kAccessRing = 65536;    // what access_log = ring keeps
inline constexpr Millis kAccessDelay = 1s;  // who watches the file sees a request so much later

// Configuration.
inline constexpr std::size_t kConfigFile = 1u << 20;
inline constexpr std::size_t kConfigLine = 8192;

// State files.
inline constexpr std::size_t kPemFile = 131072;
inline constexpr std::size_t kChainCertificates = 10;  // every one is sent in every handshake; real chains have 2 to 4
inline constexpr std::size_t kStateFile = 262144;
inline constexpr std::size_t kFolderEntries = 65536;  // names held in memory when a folder is listed

}  // namespace postern::limits
