// A key of a MAC as the configuration holds it: written in the INI as itself, or in a file that the INI names. It is read
// from base64url, and never shown.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "server/base/files.h"
#include "server/base/secret.h"

namespace postern::config {

// Copies share the bytes.
struct SecretKey {
    std::shared_ptr<const Secret> bytes;  // null: not set
    std::string file;                     // empty: it stands in the INI
};

// kAdmin without the value in the text: it may be nearly right.
Result<SecretKey> parse_secret_key(std::string_view text);
Result<SecretKey> read_secret_key(FileSystem& files, const std::string& path);  // one line

std::string show_secret_key(const SecretKey& key);  // masked; empty: not set, or in a file

}  // namespace postern::config
