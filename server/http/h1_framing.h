// What the fields of a request say about its host, its body and the connection (RFC 9112 sections 3.2, 6 and 9).
// The place where request smuggling is decided; used by h1_parser alone.
#pragma once

#include <cstdint>

#include "server/http/request_scratch.h"

namespace postern::http {

// Sets host and host_port of scratch.request, and scratch.framing, by scratch.request.fields.
// 0, or the status to refuse it with: 400, 417 or 501.
std::uint16_t apply_fields(const Target& target, RequestScratch& scratch);

}  // namespace postern::http
