// Status codes: their phrases, and the short page that stands for each error. Used by the sessions for what they refuse
// themselves and by the handlers for the rest, so that nobody can tell who said no.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "server/http/message.h"

namespace postern::http {

// The page of an error status, prebuilt once for the whole program; with Allow for 405. Of an unknown status: that of 500.
std::shared_ptr<const Prebuilt> status_page(std::uint16_t status);

// The statuses that we know, in order: for tables by status.
inline constexpr std::size_t kStatuses = 40;
std::size_t status_place(std::uint16_t status);   // below kStatuses; kStatuses: unknown
std::uint16_t status_at(std::size_t place);       // 0 from kStatuses on

}  // namespace postern::http
