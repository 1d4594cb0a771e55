// How far the delivery of one certificate to one receiver has come, for who asks. Plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

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

}  // namespace postern::sharing
