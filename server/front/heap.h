// What the allocator keeps of memory that nobody uses. For the loops: after a burst of connections it is many times what the
// process needs, and it would stay resident for ever.
#pragma once

namespace postern::front {

// Hands whole free pages back to the kernel, where the C library does not do so by itself (glibc). Takes up to a few ms.
void give_free_memory_back();

}  // namespace postern::front
