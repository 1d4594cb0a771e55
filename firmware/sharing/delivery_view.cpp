#include "firmware/sharing/delivery_view.h"

namespace postern::sharing {

std::string_view name_of(DeliveryView::State state) {
    switch (state) {
        case DeliveryView::State::kWaiting: return "waiting";
        case DeliveryView::State::kReady: return "ready";
        case DeliveryView::State::kDelivered: return "delivered";
        case DeliveryView::State::kFailing: return "failing";
    }
    return "";
}

const acme::CertStatus* find_deliverable(const acme::StatusSnapshot& status, std::string_view certificate) {
    for (const acme::CertStatus& one : status.certificates)
        if (one.name == certificate) return one.rung == acme::Rung::kPublic && one.facts ? &one : nullptr;
    return nullptr;
}

}  // namespace postern::sharing
