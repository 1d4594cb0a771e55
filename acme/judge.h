// What a refusal by a CA means for the run: one table over the error types of RFC 8555 section 6.7. Pure.
#pragma once

#include "acme/protocol/problem.h"

namespace postern::acme {

enum class Verdict : unsigned char {
    kNonce,       // the same again with the nonce of the reply
    kAccount,     // register the key (again), then the same again
    kContact,     // register without the contact
    kNewKey,      // the same again with another certificate key
    kLookAgain,   // read the order, its status decides
    kLater,       // passing: a few more tries in this run, then in later ones
    kGiveUp,      // this run is over; a later one may do better
    kPerson,      // only a person can mend it
};

Verdict judge(const CaProblem& problem);

}  // namespace postern::acme
