// When a chain of certificates is valid, apart from whether it is trusted: for those who judge its dates by another clock
// than the machine's, or by none. For the ACME client's side of TLS.
#pragma once

#include <cstdint>
#include <optional>

#include "server/base/clock.h"

struct mbedtls_x509_crt;

namespace postern::crypto {

class ChainDates {
public:
    void begin() { *this = ChainDates(); }  // a new handshake
    // For each certificate of a chain, out of mbedTLS's verification callback: its dates are taken, and what `flags` says of
    // them is said anew, by `now`; without one nothing is said.
    void judge(const mbedtls_x509_crt& certificate, std::optional<WallTime> now, std::uint32_t& flags);
    // Whether all that were judged are valid at `time`; false when none was.
    bool cover(WallTime time) const { return any_ && from_ <= time && time <= until_; }

private:
    bool any_ = false;
    WallTime from_{}, until_{};
};

}  // namespace postern::crypto
