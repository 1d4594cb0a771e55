// Who changed what, for the owner: state/audit.log (0600) and audit.log.1 in turn, 32 kB each, a line an entry:
// "TIME<tab>SESSION<tab>ADDRESS<tab>ACTION<tab>OBJECT<tab>OUTCOME", in printable ASCII, all else as \xNN. Each line goes to the
// ordinary log too, as audit.entry, so that a full disk hides nothing.
// Attackers wear no flash: wrong logins are only counted, and written as one line a minute; while they go on the pause
// doubles up to an hour, and is a minute again after two hours' rest: so they cost 2 MB a day at most, and do not push the
// owner's lines out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/clock.h"
#include "server/base/files.h"
#include "server/base/log.h"
#include "server/base/result.h"

namespace postern::access {

struct AuditEntry {
    WallTime at{};
    std::string session;  // Session::id; empty: nobody is logged in
    std::string peer;     // address
    std::string action;   // "login", "renew", "revoke", "password", "config" ...
    std::string object;   // what it was done to: a certificate's name, a section; may be empty
    std::string outcome;  // "ok", or why not
};

class AuditLog {
public:
    static constexpr std::size_t kMostBytes = 32768;      // of each of the two files
    static constexpr std::size_t kMostRemembered = 100;   // for the page
    static constexpr std::size_t kMostField = 200;        // bytes when escaped; what is longer is cut and ends in "..."
    static constexpr Millis kFirstPause{60'000}, kLongestPause{3600'000};  // between two lines of wrong logins

    // Reads what is there; a line that is damaged is left out, a file that cannot be read is set aside (audit.log.damaged).
    // Blocks. All three must outlive this.
    AuditLog(const Clock& clock, FileSystem& files, Log& log, const std::string& state);
    ~AuditLog();  // writes what was counted

    // One change, now. Blocks (fsync): the desk's or acme's thread, never a loop's. What the disk refuses is told by the log,
    // remembered for the page, and counted in the next line that can be written.
    void add(AuditEntry entry);  // `at` is set here
    // Any thread, no I/O.
    void count_wrong_login(std::string_view peer);
    // Writes the line of the wrong logins when its moment has come. Blocks. After a wrong login, and now and then.
    void settle();

    // The newest first, at most `most`; with a line for those counted and not yet written. Any thread, no I/O.
    std::vector<AuditEntry> last(std::size_t most) const;

private:
    struct Wrong {
        std::uint64_t count = 0;
        WallTime first{};
        std::string peer;  // of the latest
        bool several = false;
    };
    static AuditEntry entry_of(const Wrong& wrong, WallTime at);
    void load(const std::string& path);
    bool set_aside(const std::string& path, const Error& why);
    void write(const AuditEntry& entry);
    void write_wrong(bool now);
    Result<void> append(std::string_view lines);

    const Clock& clock_;
    FileSystem& files_;
    Log& log_;
    const std::string path_;

    std::mutex writing_;  // of the files and of the three below
    Millis pause_ = kFirstPause;
    std::optional<SteadyTime> wrong_written_;
    std::uint64_t lost_ = 0;  // lines

    mutable std::mutex mutex_;  // of the two below; never held while something is written
    std::deque<AuditEntry> remembered_;
    Wrong wrong_;
};

}  // namespace postern::access
