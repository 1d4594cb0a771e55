// The part of the table of keys that is about the owner: [admin], [notify], [hooks], [deploy NAME]. Used by config_keys.cpp alone.
#pragma once

#include <span>

#include "firmware/config/config_keys.h"

namespace postern::config {

std::span<const KeyRow> service_key_rows();

}  // namespace postern::config
