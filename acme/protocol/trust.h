// Trust anchors as text: which file they come from, and their PEM blocks one by one, so that one bad certificate does not
// cost all the others.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"

namespace postern::acme {

struct Anchors {
    std::string source;               // the file's path, or that they are built in
    std::vector<std::string> blocks;  // "-----BEGIN CERTIFICATE----- ... -----END CERTIFICATE-----\n"
};

// Of `ca_file`, or when it is empty of the first system bundle that there is. kAdmin when there are none.
Result<Anchors> read_anchors(const std::string& ca_file);

// Of each kind of system where its bundle is.
std::span<const char* const> system_bundles();

// Likewise, and where no bundle is to be had those built in: enough for the HTTPS of the CAs with a name, and of no other
// server. `bundles` are another machine's, for tests.
Result<Anchors> read_ca_anchors(const std::string& ca_file, std::span<const char* const> bundles = system_bundles());

// Whom visitors trust, as far as this machine knows: the system's bundle and, if it is set, `ca_file`. Empty without a bundle:
// what is built in says nothing of them.
Anchors visitors_anchors(const std::string& ca_file);

// The certificates in a text that may hold anything else besides (comments, other blocks, half a block at its end).
std::vector<std::string> certificate_blocks(std::string_view text);

}  // namespace postern::acme
