// What a CA sees in a certificate request. (mbedTLS's own reader refuses an empty subject, which ours all have.)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::fakes {

struct CsrFacts {
    std::vector<std::string> dns, ip;  // in the request's order; IP addresses as text
    std::string public_der;            // SubjectPublicKeyInfo, as PrivateKey::public_der()
    bool subject_empty = false;
    bool signature_good = false;
};

// nullopt when it is no request, or holds an attribute other than the SAN extension.
std::optional<CsrFacts> read_csr(std::string_view der);

}  // namespace postern::fakes
