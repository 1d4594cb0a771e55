// Status codes: their phrases, and the short page that stands for each error. Used by the sessions for what they refuse
// themselves and by the handlers for the rest, so that nobody can tell who said no.
#pragma once

#include <cstdint>
#include <memory>

#include "server/http/message.h"

namespace postern::http {

// The page of an error status, prebuilt once for the whole program; with Allow for 405. Of an unknown status: that of 500.
std::shared_ptr<const Prebuilt> status_page(std::uint16_t status);

}  // namespace postern::http
