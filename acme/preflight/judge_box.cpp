#include "acme/preflight/judge_box.h"

#include <cerrno>
#include <cstdlib>

#include "acme/policy/clock_gate.h"
#include "acme/preflight/remedies.h"
#include "server/base/text.h"

namespace postern::acme::preflight {

namespace {

constexpr long long kSmall = 300, kLarge = 3600;       // seconds: CAs date a certificate an hour back, and no more
constexpr std::uint64_t kLeast = 256u << 10;           // bytes: one renewal of one certificate takes some 40 kB
constexpr std::uint64_t kComfortable = 2u << 20;       // four generations of ten certificates

std::string span_of(long long seconds) {
    if (seconds < 120) return std::to_string(seconds) + " s";
    if (seconds < 7200) return std::to_string(seconds / 60) + " min";
    if (seconds < 172800) return std::to_string(seconds / 3600) + " h";
    return std::to_string(seconds / 86400) + " days";
}

std::string date_of(WallTime at) { return to_rfc3339(at.time_since_epoch().count()); }

std::string size_of(std::uint64_t bytes) {
    if (bytes < (10u << 10)) return std::to_string(bytes) + " bytes";
    if (bytes < (10u << 20)) return std::to_string(bytes >> 10) + " kB";
    return std::to_string(bytes >> 20) + " MB";
}

void blame_write(Finding& finding, const StateSight& state) {
    finding.level = Level::kFault;
    finding.result = "A certificate could not be kept: Postern does not start, or orders the same one again and again.";
    const std::string user = state.user.empty() ? std::string("the server's user") : "user " + state.user;
    switch (state.number) {
        case ENOSPC:
        case EDQUOT:
            finding.seen = "The disk is full: nothing can be written.";
            finding.change = "Make room on the file system (df -h " + state.path + "), or move the state: [server] state = /ANOTHER/FOLDER";
            return;
        case EROFS:
            finding.seen = "It lies on a file system that is mounted read-only.";
            finding.change = "Mount it for writing (mount -o remount,rw MOUNTPOINT), or choose a place that lasts: [server] state = /ANOTHER/FOLDER";
            return;
        case EACCES:
        case EPERM:
            finding.seen = "It cannot be written by " + user + ": " + state.failure + ".";
            finding.change = state.user.empty() ? "Run this as the server's user or as root (sudo), or: chown USER " + state.path
                                                : "chown -R " + state.user + " " + state.path;
            return;
        default:
            finding.seen = "It cannot be written: " + state.failure + ".";
            finding.change = "Mend the folder, or choose another: [server] state = /ANOTHER/FOLDER";
    }
}

}  // namespace

Finding judge_clock(WallTime now, WallTime lower_bound, std::optional<WallTime> ca_date) {
    Finding finding{"clock", Level::kOk, "clock of this machine", "", "", ""};
    const auto blame = [&](Level level, const std::string& seen) {
        finding.level = level;
        finding.seen = "It says " + date_of(now) + ": " + seen;
        finding.change = "Set the clock, and keep it set:";
        finding.paste = set_clock();
    };
    if (!clock_sane(now, lower_bound)) {
        blame(Level::kFault, "that lies before this program was built, a certificate here was issued, or the last time that was known to be right.");
        finding.result = "Nothing is ordered before the clock is right.";
        return finding;
    }
    if (!ca_date) {
        finding.seen = "It says " + date_of(now) + ", which can be true; there was no CA to compare it with.";
        return finding;
    }
    const long long off = (now - *ca_date).count();
    if (std::llabs(off) <= kSmall) {
        finding.seen = "It says " + date_of(now) + "; the CA's differs by " + span_of(std::llabs(off)) + ".";
        return finding;
    }
    const bool behind = off < 0;
    blame(behind && -off > kLarge ? Level::kFault : Level::kWarning,
          span_of(std::llabs(off)) + (behind ? " behind the CA's." : " ahead of the CA's."));
    finding.result = behind ? "A new certificate may seem not to be valid yet, and is then not installed."
                            : "Certificates seem to end too early, and are renewed too early.";
    return finding;
}

Finding judge_state(const StateSight& state) {
    Finding finding{"state", Level::kOk, "state folder " + state.path, "", "", ""};
    if (!state.failure.empty()) {
        blame_write(finding, state);
        return finding;
    }
    finding.seen = state.there ? "It can be written; " : "It is not there yet and is made at the first start; ";
    finding.seen += size_of(state.free_bytes) + " are free.";
    if (state.free_bytes >= kComfortable) return finding;
    finding.level = state.free_bytes < kLeast ? Level::kFault : Level::kWarning;
    finding.result = "One renewal of one certificate takes some 40 kB; when the disk is full, the old certificate is served until it ends.";
    finding.change = "Make room on the file system (df -h " + state.path + "), or move the state: [server] state = /ANOTHER/FOLDER";
    return finding;
}

}  // namespace postern::acme::preflight
