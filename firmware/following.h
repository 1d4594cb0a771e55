// A job of the running server, begun and followed on the terminal step by step. Used by the subcommands that ask for one.
#pragma once

#include <string>

#include "firmware/door.h"

namespace postern {

enum class Outcome : unsigned char { kChanged, kUnchanged, kFailed };

// POSTs `body` to the API's `path` and prints each step as it comes; what went wrong goes to standard error.
Outcome ask_and_follow(const Door& door, const std::string& path, const std::string& body);

}  // namespace postern
