// A configuration file without its secrets, for showing it to somebody else.
#pragma once

#include <string>
#include <string_view>

namespace postern::config {

// Values of keys that hold a secret (passwords, tokens, hashes, HMAC keys: by the key's name, known to us or not) and
// values that speak of one, as a command with --token does, become "***"; what follows the host of a URL too, for webhooks
// have their secret there. In comments as well; every other line stays as it is, byte for byte. A key that names a file
// keeps the name.
std::string redacted(std::string_view ini);

}  // namespace postern::config
