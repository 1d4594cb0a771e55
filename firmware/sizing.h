// Defaults that depend on the machine: `loops = auto`, `max_connections = auto`.
#pragma once

#include <cstddef>

namespace postern {

int default_loops();                 // one a processor, at most 4: more only spreads the caches
std::size_t default_connections();   // from memory and the descriptor limit; at least 64
std::size_t default_held_open(std::size_t connections);  // of Admission, beside so many connections; at least 64

}  // namespace postern
