// Where a run of the engine stands, what it asks the CA for, and how often it has tried. The engine's own words, apart
// from its header only for length.
#pragma once

#include <cstddef>
#include <optional>

#include "server/base/clock.h"

namespace postern::acme {

enum class EngineState : unsigned char {
    kNewOrder, kOrder, kAuthorization, kAnswer, kMakeKey, kFinalize, kDownload, kDiagnose, kDeactivate, kFinished, kFailed,
};

enum class EngineAsk : unsigned char {
    kDirectory, kNonce, kAccount, kNewOrder, kOrder, kAuthorization, kChallenge, kFinalize, kCertificate, kDeactivate,
};
inline constexpr std::size_t kEngineAsks = 10;

// Of one kind of request, since it was last answered well.
struct EngineTries {
    int failures = 0, bad_nonces = 0;
    std::optional<SteadyTime> since;
};

}  // namespace postern::acme
