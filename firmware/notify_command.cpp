// `notify --test`: one message by every configured way, through the code that the server uses. Needs no server.
#include "firmware/commands.h"
#include "firmware/console.h"
#include "firmware/notify/mail_way.h"
#include "firmware/notify/notifier.h"
#include "firmware/notify/words.h"
#include "firmware/state_owner.h"
#include "server/base/text.h"

namespace postern {

namespace {

notify::Message make_message(const Clock& clock) {
    notify::Message message = notify::test_message(clock.wall(), notify::host_name());
    unsigned char raw[12];
    SystemRandom().fill(raw);
    message.id = "postern-" + to_hex({reinterpret_cast<const char*>(raw), sizeof raw});
    return message;
}

}  // namespace

int run_notify(const Options& options) {
    config::Config config;
    if (!load_config(options.config_file, config)) return kExitBadConfig;
    if (!config.notify.is_configured()) {
        complain(options.config_file + ": [notify] names no way; write webhook, or mail_to and smtp");
        return kExitBadConfig;
    }
    if (auto became = become_its_owner(config.server); !became.ok()) {
        complain(became.error().text());
        return 1;
    }
    const SystemClock clock;
    const Cancel never;
    const notify::Message message = make_message(clock);
    bool all = true;
    for (const auto& way : notify::make_ways(config.notify)) {
        if (options.verbose) complain("asking " + way->where());
        const Deadline deadline{clock.steady() + notify::kDeliveryTime, clock, never};
        const notify::Delivery delivery = way->deliver(message, deadline);
        const bool sent = delivery.outcome == notify::Delivery::Outcome::kDelivered;
        print(way->name() + ": " + (sent ? "sent: " : "not sent: ") + one_line(delivery.said) + "\n");
        all = all && sent;
    }
    return all ? 0 : 1;
}

}  // namespace postern
