// What was delivered to whom, state/deliveries.json: plain values and their text.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "server/base/clock.h"
#include "server/base/result.h"

namespace postern::sharing {

// Of one certificate to one receiver.
struct Delivery {
    std::string delivered;  // SHA-256 of the certificate that got there last, in hex; empty: none
    std::string by;         // of the command that took it there
    WallTime at{};          // when
    std::string failed;     // SHA-256 of the certificate that could not be delivered; empty: the last try succeeded
    int failures = 0;       // in a row, of that certificate
    WallTime next{};        // the next try
    std::string trouble;    // of the last one
};

// By [deploy NAME] and the folder below live/.
using DeliveryBook = std::map<std::pair<std::string, std::string>, Delivery>;

std::string to_text(const DeliveryBook& book);
Result<DeliveryBook> delivery_book_from(std::string_view text);  // kRefuse: not written by us, or damaged

}  // namespace postern::sharing
