// The end of a process that can go on no longer: one line on stderr, nothing else. For firmware's main() and the threads without
// which there is no server. No core file, which would hold keys, and no clean-up: what lasts is written whole or not at all, and
// whoever supervises the process starts it anew.
#pragma once

#include <string_view>

namespace postern {

// Asks for no memory, and may be called anywhere, by any thread, at any moment.
[[noreturn]] void end_process(std::string_view why) noexcept;

// From here on operator new ends the process where it would throw std::bad_alloc. This is what running out of memory means to
// all of us: there is no other handling of it, and none is wanted. mbedTLS has allocations of its own, and fails by return code.
void end_when_out_of_memory() noexcept;

}  // namespace postern
