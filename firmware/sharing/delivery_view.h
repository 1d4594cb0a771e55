// What may be given to other machines, and how far that has come for one certificate and one receiver.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "acme/status.h"
#include "server/base/clock.h"

namespace postern::sharing {

struct DeliveryView {
    enum class State : unsigned char {
        kWaiting,    // for a certificate of a CA
        kReady,      // to be fetched: its receiver has not come since it serves
        kDelivered,  // the certificate that serves is there
        kFailing,    // it is not: tried again at `next`
    };
    std::string receiver;     // NAME of [deploy NAME]
    std::string certificate;  // folder below live/
    State state = State::kWaiting;
    std::optional<WallTime> at;    // of the last delivery, of whichever certificate
    std::optional<WallTime> next;  // when failing
    std::string trouble;           // when failing
};

std::string_view name_of(DeliveryView::State state);  // "waiting" "ready" "delivered" "failing"

// The certificate of that name if a CA has signed it and it serves: nobody is given what we would rather not show
// ourselves. Lives as long as `status`; nullptr: there is none.
const acme::CertStatus* find_deliverable(const acme::StatusSnapshot& status, std::string_view certificate);

}  // namespace postern::sharing
