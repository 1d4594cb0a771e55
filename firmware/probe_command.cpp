// `check --probe`: a page to open from a phone, and who came to see it.
#include <poll.h>

#include "acme/preflight/ip_scope.h"
#include "acme/preflight/limits.h"
#include "firmware/check_desk.h"
#include "firmware/checks/own_addresses.h"
#include "firmware/checks/probe_text.h"
#include "firmware/commands.h"
#include "firmware/console.h"
#include "firmware/process/signals.h"

namespace postern {

namespace {

constexpr Millis kBetweenLooks{500};

// False: a signal says that it is enough.
bool pause(const process::Signals& signals) {
    pollfd one{signals.fd(), POLLIN, 0};
    (void)poll(&one, 1, static_cast<int>(kBetweenLooks.count()));
    while (const auto wish = signals.take())
        if (*wish == process::Wish::kStop) return false;
    return true;
}

// Prints each visit as it comes; the number of those that came from outside.
Result<std::size_t> watch(const CheckDesk& desk, const process::Signals& signals) {
    const SteadyTime end = desk.clock().steady() + limits::kProbeLife;
    const auto own = checks::own_addresses();
    std::size_t shown = 0, strangers = 0;
    do {
        const auto visits = desk.visits();
        if (!visits.ok()) return visits.error();
        for (; shown < visits->size(); ++shown) {
            const admin::Visit& visit = visits->at(shown);
            print(checks::visit_text(visit, own));
            strangers += checks::is_stranger(visit.peer, own) ? 1 : 0;
        }
    } while (desk.clock().steady() < end && pause(signals));
    return strangers;
}

}  // namespace

int run_probe(const config::Config& config, const Options& options) {
    const auto signals = process::Signals::open();  // before the first thread
    const auto desk = signals.ok() ? CheckDesk::open(config, options.verbose, limits::kProbeLife)
                                   : Result<std::unique_ptr<CheckDesk>>(signals.error());
    if (!desk.ok()) {
        complain(desk.error().text());
        return 1;
    }
    for (const bool secure : {false, true})
        if (const auto door = (*desk)->door(secure); !door.failure.empty()) complain(door.failure);
    if (!(*desk)->door(false).open && !(*desk)->door(true).open) return 1;
    print(checks::probe_invitation(config, (*desk)->probe().token, (*desk)->by_server()));
    const auto strangers = watch(**desk, *signals);
    if (!strangers.ok()) complain(strangers.error().text());
    else print(checks::probe_farewell(*strangers));
    return strangers.ok() ? 0 : 1;
}

}  // namespace postern
