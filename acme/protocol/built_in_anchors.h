// The roots of the CAs that the configuration knows by name, for a machine that has no bundle of trusted CAs. For trust.h.
// Made when the program is built, by tools/embed_anchors of Debian's ca-certificates.
#pragma once

#include <span>
#include <string_view>

namespace postern::acme {

struct BuiltInAnchor {
    std::string_view name;               // "ISRG Root X1"
    std::span<const unsigned char> der;  // three quarters of PEM's size
};

std::span<const BuiltInAnchor> built_in_anchors();

}  // namespace postern::acme
