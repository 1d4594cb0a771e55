// Tells the owner about certificates in trouble: looks at the status whenever a run is over, decides by events, remembers in
// state/notices.json, sends by every way and tries again until it is through. A thread of its own, which may block; what
// goes wrong here is said and keeps nobody from anything.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "acme/pauser.h"
#include "firmware/config/notify_config.h"
#include "firmware/notify/memory.h"
#include "server/base/files.h"
#include "server/base/log.h"
#include "server/base/published.h"
#include "server/base/random.h"
#include "server/base/thread.h"

namespace postern::notify {

inline constexpr Millis kDeliveryTime{60000};             // of one message by one way
inline constexpr Seconds kKeptFor = Seconds(3 * 86400);   // then it is too old to be news, and the daily one has come

// After that many failures (>= 1).
Seconds pause_after(int failures);

struct NotifierParts {
    const Clock& clock;
    FileSystem& files;
    Random& random;
    Log& log;
    const Published<acme::StatusSnapshot>& status;
    std::string file;  // state/notices.json
    std::string host;
    std::function<std::vector<std::unique_ptr<Way>>(const config::NotifySection&)> make_ways;
};

class Notifier {
public:
    Notifier(NotifierParts parts, config::NotifySection settings);
    ~Notifier();  // stop()

    void start();
    void stop();                              // ends a delivery under way; safe twice
    // Ends the thread as well, but sends first what is due: for a `renew` that works alone. At most kDeliveryTime a message.
    void finish();
    void wake() { pauser_.wake(); }           // the status has changed
    void set(config::NotifySection settings);  // after a reload
    std::vector<std::string> troubles() const;  // of each way, since its last success; any thread

    // What the thread does: looks, sends what is due, gives the moment of the next round.
    SteadyTime round();

private:
    void take_settings();
    void load();
    void save();
    void add(std::vector<Message> messages);
    void send_due();
    bool send(Parcel& parcel, Way& way, Attempts& attempts);  // true: nothing is left to be tried
    void keep_trouble(const std::string& way, const std::string& text);
    SteadyTime next_round(std::optional<WallTime> look_again) const;

    NotifierParts parts_;
    acme::ConditionPauser pauser_;
    Cancel cancel_;
    Thread thread_;

    // the thread's
    Choice choice_;
    Memory memory_;
    bool loaded_ = false;
    bool unsaved_ = false;
    bool save_failed_ = false;  // said once

    mutable std::mutex mutex_;  // of the three below
    std::optional<config::NotifySection> next_settings_;
    std::vector<std::shared_ptr<Way>> ways_;
    std::map<std::string, std::string> troubles_;
};

}  // namespace postern::notify
