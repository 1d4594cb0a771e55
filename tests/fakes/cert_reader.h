// What lies in a certificate, read without mbedTLS: for what its own reader hides or would read as wrongly as it was written.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace postern::fakes {

struct CertReading {
    struct Extension {
        bool critical = false;
        std::string value;  // DER
    };
    std::string issuer, subject;                  // DER, without tag and length
    std::map<std::string, Extension> extensions;  // by the bytes of the OID
};

// OIDs that tests ask for.
inline constexpr std::string_view kAcmeIdentifierOid = "\x2b\x06\x01\x05\x05\x07\x01\x1f";  // RFC 8737 section 6.1
inline constexpr std::string_view kAltNameOid = "\x55\x1d\x11";

// nullopt when it is no certificate of version 3, or one extension stands twice in it.
std::optional<CertReading> read_certificate(std::string_view der);

}  // namespace postern::fakes
