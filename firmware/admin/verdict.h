// Is all well? For one certificate and for the device: what stands at the top of the page. Pure.
#pragma once

#include <string>

#include "acme/status.h"
#include "firmware/admin/language.h"
#include "server/base/clock.h"

namespace postern::admin {

// How much it is the owner's business. In this order: the worst of several counts.
enum class Level : unsigned char {
    kWell,       // nothing to do
    kBusy,       // a certificate is being fetched: nothing to do but wait
    kAttention,  // something failed, visitors notice nothing yet
    kBroken,     // visitors see a warning, and waiting alone will not mend it
};

std::string_view name_of(Level level);  // "well" "busy" "attention" "broken": classes of the style sheet

Level level_of(const acme::CertStatus& status, WallTime now);

struct Verdict {
    Level level = Level::kWell;
    std::string headline;  // "All is well", "1 certificate needs attention"
    std::string detail;    // one sentence
    bool of_clock = false; // it is the clock that needs attention
};

Verdict verdict_of(const acme::StatusSnapshot& status, WallTime now, const Words& words = Words::in("en"));

// The same for one: a word ("Valid", "Renewing") and a sentence that says what it means for the owner.
std::string state_word(const acme::CertStatus& status, WallTime now, const Words& words = Words::in("en"));
std::string state_sentence(const acme::CertStatus& status, WallTime now, const Words& words = Words::in("en"));

}  // namespace postern::admin
