// The words of `check --probe`. Pure.
#pragma once

#include <string>

#include "acme/preflight/ip_scope.h"
#include "firmware/admin/probe.h"
#include "firmware/config/config.h"

namespace postern::checks {

// The addresses to open, and how. `by_server`: the running server shows the page.
std::string probe_invitation(const config::Config& config, const std::string& token, bool by_server);
std::string visit_text(const admin::Visit& visit, const acme::preflight::OwnAddresses& own);
std::string probe_farewell(std::size_t strangers);

// Whether a visit from there shows that the world gets through.
bool is_stranger(const std::string& peer, const acme::preflight::OwnAddresses& own);

}  // namespace postern::checks
