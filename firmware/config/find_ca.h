// Which CA the configuration means.
#pragma once

#include <optional>
#include <string>

#include "firmware/config/config.h"

namespace postern::config {

// The CA that a word of `ca` stands for: a preset, NAME of [ca NAME], or a URL; nullopt: none of them.
std::optional<acme::CaSettings> find_ca(const Config& config, const std::string& word);

}  // namespace postern::config
