// Does each name lead here? Judges what DNS says and what answered there. Pure.
#pragma once

#include "acme/preflight/finding.h"
#include "acme/preflight/ip_scope.h"
#include "acme/preflight/sights.h"

namespace postern::acme::preflight {

// `ca_is_near`: the CA lives in a network of our own, and so reaches addresses that strangers do not.
Place place_of(std::string_view ip, const OwnAddresses& own, bool ca_is_near);

// Of one name and where its addresses lead; empty landings: it has no address, or DNS was not to be had.
Finding judge_name(const NameSight& sight, const std::vector<Landing>& landings, const OwnAddresses& own);

// "connection refused", "nginx answers there": what came of a fetch, in the middle of a sentence.
std::string words_of(const Fetched& fetched);

}  // namespace postern::acme::preflight
